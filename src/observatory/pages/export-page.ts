import type { ExportFacts } from '../../../otel/query.ts';
import { html, type Html } from '../../markup/html.ts';
import { panel } from '../charts/frame.ts';
import { factList, failedCell } from '../draw/facts.ts';
import { moment, spanText } from '../format/moment.ts';
import { countText } from '../../markup/quantity.ts';
import { definePage } from './define-page.ts';
import type { Sentence } from '../sentences/sentence.ts';

/** Export of kept spans: its state, and what to do when it fails. */
export const exportPage = definePage<ExportFacts>({
  path: '/export',
  menu: 'export',
  ranged: false,
  fetch: ({ telemetry }) => telemetry.export(),
  title: () => 'Export',
  sentence: (facts, { now }) => exportSentence(facts, now),
  draw: (facts, { now }) =>
    facts.configured
      ? html`${flow(facts, now)}${isFailing(facts) && isRemote(facts) && advice(facts)}`
      : howTo(),
});

/** True if the last export failed. */
function isFailing({ lastError, lastSuccessMillis }: ExportFacts): boolean {
  return lastError !== undefined && lastError.atMillis > (lastSuccessMillis ?? -Infinity);
}

/** True if spans go to an address, not to the console or a file. */
function isRemote({ endpoint }: ExportFacts): boolean {
  return URL.canParse(endpoint ?? '');
}

function flow(facts: ExportFacts, now: number): Html {
  return html`${[facts, ...(facts.others ?? [])].map((each) => wayOut(each, now))}`;
}

function wayOut(facts: ExportFacts, now: number): Html {
  return html`<div class="grid even">
    ${panel({
      title: isRemote(facts) ? 'Spans' : `Spans to ${facts.endpoint ?? ''}`,
      note: 'since start',
      body: factList([
        ['sent', countText(facts.sent)],
        ['waiting', countText(facts.queued)],
        ['failed', failedCell(facts.failed)],
        ['dropped, queue full', failedCell(facts.dropped)],
      ]),
    })}
    ${panel({
      title: isRemote(facts) ? 'OTLP over HTTP' : 'Status',
      body: factList([
        ['endpoint', html`<code>${facts.endpoint ?? '–'}</code>`],
        [
          'last success',
          facts.lastSuccessMillis === undefined ? 'none yet' : moment(facts.lastSuccessMillis, now),
        ],
        ['last error', facts.lastError === undefined ? 'none' : moment(facts.lastError.atMillis, now)],
        ...(facts.lastError === undefined
          ? []
          : [['message', html`<code>${facts.lastError.message}</code>`] as const]),
      ]),
    })}
  </div>`;
}

function advice({ endpoint = '' }: ExportFacts): Html {
  return panel({
    className: 'prose',
    title: 'What to do',
    body: html`<ol class="steps">
        <li>
          Check from this machine whether the receiver answers 200 to
          <pre class="sql"><code>curl -i -H 'Content-Type: application/json' -d '{}' ${endpoint}</code></pre>
        </li>
        <li>
          If it does not, start it, or correct <code>OTEL_EXPORTER_OTLP_ENDPOINT</code> and restart the blog.
        </li>
        <li>
          If the receiver requires authentication, set <code>OTEL_EXPORTER_OTLP_HEADERS</code>, such as
          <code>authorization=Bearer …</code>
        </li>
      </ol>
      <p class="quiet">
        Export retries automatically. Spans that wait too long are dropped from the export and counted; these
        pages still show them.
      </p>`,
  });
}

function howTo(): Html {
  return panel({
    className: 'prose',
    title: 'How to enable it',
    body: html`<ol class="steps">
      <li>
        Run a receiver of OTLP over HTTP: the OpenTelemetry Collector, a service of your choice, or Jaeger on
        this machine:
        <pre
          class="sql"
        ><code>docker run --rm -p 16686:16686 -p 4318:4318 jaegertracing/jaeger:latest</code></pre>
      </li>
      <li>
        Set its address in the environment or in <code>.env</code>. Jaeger accepts only spans; the second line
        adds links from traces here to Jaeger:
        <pre class="sql"><code>OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=http://127.0.0.1:4318/v1/traces
JAEGER_UI_URL=http://127.0.0.1:16686</code></pre>
        A Collector also accepts metrics and log records:
        <pre class="sql"><code>OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4318</code></pre>
      </li>
      <li>Restart the blog. From then on it also exports the traces it keeps.</li>
    </ol>`,
  });
}

export function exportSentence(facts: ExportFacts, now: number): Sentence {
  if (!facts.configured) return [{ text: 'Nothing is exported: no OTLP endpoint is set.' }];
  const success = facts.lastSuccessMillis;
  if (isFailing(facts))
    return [
      {
        text:
          success === undefined
            ? 'The endpoint has not accepted a span yet'
            : `The endpoint last accepted spans ${spanText(Math.max(0, now - success))} ago`,
        tone: 'failed',
      },
      { text: `: ${facts.lastError?.message ?? ''}. The blog and these pages are not affected.` },
    ];
  if (success === undefined) return [{ text: 'An endpoint is set; no span has been exported yet.' }];
  return [
    { text: 'Export works.', tone: 'good' },
    { text: ` ${countText(facts.sent)} spans sent, the last ${spanText(Math.max(0, now - success))} ago.` },
  ];
}
