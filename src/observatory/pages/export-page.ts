import type { ExportFacts } from '../../../otel/query.ts';
import { html } from '../../views/html.ts';
import { panel } from '../charts/frame.ts';
import { factList } from '../draw/facts.ts';
import { moment, spanText } from '../format/moment.ts';
import { countText } from '../format/quantity.ts';
import { definePage } from '../page.ts';
import type { Sentence } from '../sentences/sentence.ts';

/** Where kept spans go beside this page. The smallest page: its facts, its sentence, its picture. */
export const exportPage = definePage<ExportFacts>({
  path: '/export',
  menu: 'export',
  ranged: false,
  fetch: ({ telemetry }) => telemetry.export(),
  title: () => 'Export',
  sentence: (facts, { now }) => exportSentence(facts, now),
  draw: (facts, { now }) =>
    facts.configured
      ? panel({
          title: 'OTLP over HTTP',
          note: 'spans, since start',
          body: factList([
            ['endpoint', html`<code>${facts.endpoint ?? '–'}</code>`],
            ['sent', countText(facts.sent)],
            ['waiting', countText(facts.queued)],
            ['failed', countText(facts.failed)],
            ['dropped, queue full', countText(facts.dropped)],
            [
              'last success',
              facts.lastSuccessMillis === undefined ? 'none yet' : moment(facts.lastSuccessMillis, now),
            ],
            [
              'last error',
              facts.lastError === undefined
                ? 'none'
                : html`${moment(facts.lastError.atMillis, now)} <code>${facts.lastError.message}</code>`,
            ],
          ]),
        })
      : panel({
          className: 'prose',
          title: 'How to switch it on',
          body: html`<ol class="steps">
            <li>
              Have a receiver of OTLP over HTTP: the OpenTelemetry Collector, a service of your choice, or
              Jaeger on this machine:
              <pre
                class="sql"
              ><code>docker run --rm -p 16686:16686 -p 4318:4318 jaegertracing/jaeger:latest</code></pre>
            </li>
            <li>
              Name it in the environment or in <code>.env</code>; the second line makes links from a trace
              here to the same trace there:
              <pre class="sql"><code>OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4318
JAEGER_UI_URL=http://127.0.0.1:16686</code></pre>
            </li>
            <li>Restart the blog. What is kept here from then on is sent there too.</li>
          </ol>`,
        }),
});

export function exportSentence(facts: ExportFacts, now: number): Sentence {
  if (!facts.configured) return [{ text: 'Nothing leaves this process: no OTLP endpoint is set.' }];
  const failing =
    facts.lastError !== undefined && facts.lastError.atMillis > (facts.lastSuccessMillis ?? -Infinity);
  const success = facts.lastSuccessMillis;
  if (failing)
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
