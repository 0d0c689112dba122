import type { ExportFacts } from '../../../otel/query.ts';
import { html, type Html } from '../../markup/html.ts';
import { panel } from '../charts/frame.ts';
import { factList, failedCell } from '../draw/facts.ts';
import { moment, spanText } from '../format/moment.ts';
import { countText } from '../../markup/quantity.ts';
import { definePage } from './define-page.ts';
import type { Sentence } from '../sentences/sentence.ts';

/** Where kept spans go beside these pages, how that fares, and what to do when it does not. */
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

/** The exporter's last word was an error. */
function isFailing({ lastError, lastSuccessMillis }: ExportFacts): boolean {
  return lastError !== undefined && lastError.atMillis > (lastSuccessMillis ?? -Infinity);
}

/** It goes to an address, not to the console or a file. */
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
      title: isRemote(facts) ? 'OTLP over HTTP' : 'How it fares',
      body: factList([
        ['endpoint', html`<code>${facts.endpoint ?? '–'}</code>`],
        [
          'last success',
          facts.lastSuccessMillis === undefined ? 'none yet' : moment(facts.lastSuccessMillis, now),
        ],
        ['last error', facts.lastError === undefined ? 'none' : moment(facts.lastError.atMillis, now)],
        ...(facts.lastError === undefined
          ? []
          : [['it said', html`<code>${facts.lastError.message}</code>`] as const]),
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
          See whether the receiver answers from this machine; one that does says 200 to
          <pre class="sql"><code>curl -i -H 'Content-Type: application/json' -d '{}' ${endpoint}</code></pre>
        </li>
        <li>
          If it does not: start it, or correct <code>OTEL_EXPORTER_OTLP_ENDPOINT</code> and restart the blog.
        </li>
        <li>
          A receiver that asks who is there gets <code>OTEL_EXPORTER_OTLP_HEADERS</code>, such as
          <code>authorization=Bearer …</code>
        </li>
      </ol>
      <p class="quiet">
        Sending is tried again by itself. What waited too long is dropped and counted; these pages keep it.
      </p>`,
  });
}

function howTo(): Html {
  return panel({
    className: 'prose',
    title: 'How to switch it on',
    body: html`<ol class="steps">
      <li>
        Have a receiver of OTLP over HTTP: the OpenTelemetry Collector, a service of your choice, or Jaeger on
        this machine:
        <pre
          class="sql"
        ><code>docker run --rm -p 16686:16686 -p 4318:4318 jaegertracing/jaeger:latest</code></pre>
      </li>
      <li>
        Name it in the environment or in <code>.env</code>. Jaeger takes spans alone; the second line makes
        links from a trace here to the same trace there:
        <pre class="sql"><code>OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=http://127.0.0.1:4318/v1/traces
JAEGER_UI_URL=http://127.0.0.1:16686</code></pre>
        A Collector takes metrics and log lines too:
        <pre class="sql"><code>OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4318</code></pre>
      </li>
      <li>Restart the blog. What is kept here from then on is sent there too.</li>
    </ol>`,
  });
}

export function exportSentence(facts: ExportFacts, now: number): Sentence {
  if (!facts.configured) return [{ text: 'Nothing leaves this process: no OTLP endpoint is set.' }];
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
      { text: `: ${facts.lastError?.message ?? ''}. The blog and these pages do not depend on it.` },
    ];
  if (success === undefined) return [{ text: 'An endpoint is set; nothing has been sent yet.' }];
  return [
    { text: 'Export works.', tone: 'good' },
    { text: ` ${countText(facts.sent)} spans sent, the last ${spanText(Math.max(0, now - success))} ago.` },
  ];
}
