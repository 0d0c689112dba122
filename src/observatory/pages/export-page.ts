import type { ExportFacts, ExportTest, Signal } from '../../../otel/query.ts';
import { html, type Html, type HtmlValue } from '../../markup/html.ts';
import { countText, duration, size, text } from '../../markup/quantity.ts';
import { panel } from '../charts/frame.ts';
import { csrfField } from '../draw/csrf-field.ts';
import { breakable, factList, failedCell } from '../draw/facts.ts';
import { failingExport } from '../facts/export-summary.ts';
import { moment, spanText } from '../format/moment.ts';
import type { PageView } from '../page.ts';
import type { Sentence } from '../sentences/sentence.ts';
import { definePage } from './define-page.ts';
import { EXPORT_OFF_PATH, EXPORT_ON_PATH, EXPORT_TEST_PATH } from './export-routes.ts';

interface Facts {
  readonly exports: readonly ExportFacts[];
  /** Of a test that was asked for. */
  readonly tests: readonly ExportTest[] | undefined;
}

const TITLES: Readonly<Record<Signal, string>> = { traces: 'Spans', metrics: 'Metrics', logs: 'Log records' };
const ITEMS: Readonly<Record<Signal, string>> = {
  traces: 'spans',
  metrics: 'data points',
  logs: 'log records',
};
/** What leaves this process: the books of every export, why one fails, a test, and a switch. */
export const exportPage = definePage<Facts>({
  path: '/export',
  menu: 'export',
  ranged: false,
  fetch: ({ telemetry, exportTests }) => ({ exports: telemetry.export(), tests: exportTests }),
  title: () => 'Export',
  sentence: ({ exports }, { now }) => exportSentence(exports, now),
  draw: ({ exports, tests }, view) => html`
    ${exports.some(isRemote) && controls(exports, view)} ${tests !== undefined && testPanel(tests, view)}
    ${exports.length === 0 ? howTo() : exports.map((facts) => books(facts, view))}
  `,
});

function isRemote(facts: ExportFacts): boolean {
  return facts.isRemote;
}

function controls(exports: readonly ExportFacts[], view: PageView): Html {
  const isOn = exports.some((facts) => facts.isRemote && facts.isOn);
  const { base } = view.links;
  return panel({
    title: isOn ? 'Export is on' : 'Export is off',
    body: html`<form method="post" action="${base}${EXPORT_TEST_PATH}">
        ${csrfField(view)}
        <button type="submit">Send a test</button>
        <button type="submit" formaction="${base}${isOn ? EXPORT_OFF_PATH : EXPORT_ON_PATH}">
          ${isOn ? 'Switch off' : 'Switch on'}
        </button>
      </form>
      <p class="quiet">
        A test sends one span, and an empty export of each other signal. While export is off, what these pages
        keep does not leave, and what waits stays; a restart switches export on again.
      </p>`,
  });
}

function testPanel(tests: readonly ExportTest[], view: PageView): Html {
  return panel({
    title: 'Test',
    note: moment(view.now, view.now),
    body: factList(
      tests.map(({ signal, fault, millis, traceId }) => [
        TITLES[signal],
        fault === undefined
          ? html`accepted in
            ${text(duration(millis))}${traceId !== undefined && html`; trace ${traceLink(traceId, view)}`}`
          : html`<span class="tone-failed">not accepted</span>: ${fault}`,
      ]),
    ),
  });
}

function traceLink(traceId: string, { jaegerUiUrl }: PageView): Html {
  const id = html`<code class="id">${traceId}</code>`;
  return jaegerUiUrl === undefined
    ? id
    : html`<a href="${jaegerUiUrl}/trace/${traceId}" rel="noreferrer">${id}</a>`;
}

function books(facts: ExportFacts, { now }: PageView): Html {
  const { signal, endpoint, lastSuccessMillis, lastError, pausedUntilMillis } = facts;
  return html`<div class="grid even">
    ${panel({
      title: facts.isRemote ? TITLES[signal] : `${TITLES[signal]} to ${endpoint}`,
      note: 'since start',
      body: factList(counts(facts)),
    })}
    ${panel({
      title: facts.isRemote ? 'Receiver' : 'Status',
      body: factList([
        ['endpoint', html`<code>${breakable(endpoint)}</code>`],
        ['last success', lastSuccessMillis === undefined ? 'none yet' : moment(lastSuccessMillis, now)],
        ['last error', lastError === undefined ? 'none' : moment(lastError.atMillis, now)],
        ...(lastError === undefined ? [] : [['cause', html`<bdi>${lastError.message}</bdi>`] as const]),
        ...(pausedUntilMillis === undefined
          ? []
          : [['next try', `in ${spanText(Math.max(0, pausedUntilMillis - now))}`] as const]),
      ]),
    })}
  </div>`;
}

type Row = readonly [HtmlValue, HtmlValue];

function counts(facts: ExportFacts): readonly Row[] {
  const { queue, stored } = facts;
  const bounds = facts.signal === 'metrics' ? [] : [countText(queue.maxItems)];
  return [
    ['accepted', countText(facts.accepted)],
    ...(stored === undefined || stored.adopted === 0
      ? []
      : [['from earlier processes', countText(stored.adopted)] as const]),
    ['sent', countText(facts.sent)],
    ['lost', failedCell(lostOf(facts))],
    ...losses(facts)
      .filter(([, count]) => count > 0)
      .map(([words, count]): Row => [html`<span class="quiet">${words}</span>`, failedCell(count)]),
    [
      'in the queue',
      html`${countText(facts.queued)}
        <span class="quiet">of ${[...bounds, text(size(queue.maxBytes))].join(' or ')}</span>`,
    ],
    ...(stored === undefined
      ? []
      : [
          [
            'on disk',
            html`${countText(stored.items)}
              <span class="quiet"
                >in ${text(size(stored.bytes))} of ${text(size(stored.maxBytes))}, sent at up to
                ${countText(stored.maxItemsPerSecond)} per second</span
              >`,
          ] as const,
        ]),
  ];
}

function losses({
  rejected,
  failed,
  droppedBy,
  stored,
}: ExportFacts): readonly (readonly [string, number])[] {
  return [
    ['rejected by the receiver', rejected],
    ['refused for good', failed],
    ['dropped, queue full', droppedBy.queue_full],
    ['dropped, larger than the queue', droppedBy.too_large],
    ['dropped at the stop', droppedBy.stopped],
    ['dropped while export was off', droppedBy.off],
    ['dropped, disk bound', stored?.dropped ?? 0],
  ];
}

function lostOf(facts: ExportFacts): number {
  return losses(facts).reduce((sum, [, count]) => sum + count, 0);
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

export function exportSentence(exports: readonly ExportFacts[], now: number): Sentence {
  if (exports.length === 0) return [{ text: 'Nothing leaves this process: no exporter is set.' }];
  if (exports.some(isRemote) && !exports.some((facts) => facts.isRemote && facts.isOn))
    return [{ text: 'Export is switched off.' }, { text: ` ${waitingWords(exports)}` }];
  const failing = failingExport(exports);
  if (failing !== undefined) return failingSentence(failing, exports, now);
  const lost = exports.reduce((sum, facts) => sum + lostOf(facts), 0);
  const success = Math.max(...exports.map(({ lastSuccessMillis }) => lastSuccessMillis ?? -Infinity));
  if (success === -Infinity) return [{ text: 'An exporter is set; nothing has been exported yet.' }];
  return [
    { text: 'Export works.', tone: 'good' },
    {
      text: ` ${sentWords(exports)}, the last ${spanText(Math.max(0, now - success))} ago${lost === 0 ? ', none lost' : ''}.`,
    },
    ...(lost === 0 ? [] : [{ text: ` ${countText(lost)} were lost since start.`, tone: 'failed' as const }]),
  ];
}

function failingSentence(
  { signal, failingSinceMillis = 0, lastError }: ExportFacts,
  exports: readonly ExportFacts[],
  now: number,
): Sentence {
  return [
    {
      text: `${TITLES[signal]} have not been accepted for ${spanText(Math.max(0, now - failingSinceMillis))}`,
      tone: 'failed',
    },
    {
      text: `: ${lastError?.message ?? ''}. ${waitingWords(exports)} The blog and these pages are not affected.`,
    },
  ];
}

function sentWords(exports: readonly ExportFacts[]): string {
  const remote = exports.filter(isRemote);
  return (remote.length > 0 ? remote : exports)
    .map(({ signal, sent }) => `${countText(sent)} ${ITEMS[signal]}`)
    .join(', ')
    .concat(' sent');
}

function waitingWords(exports: readonly ExportFacts[]): string {
  const queued = exports.reduce((sum, facts) => sum + facts.queued, 0);
  const stored = exports.reduce((sum, facts) => sum + (facts.stored?.items ?? 0), 0);
  return `${countText(queued)} wait in the queue, ${countText(stored)} on disk.`;
}
