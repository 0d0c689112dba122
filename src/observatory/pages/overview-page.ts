import type { HeatMap, Marker, OperationType, RuntimeSample, TimelinePoint } from '../../../otel/query.ts';
import { html, type Html } from '../../markup/html.ts';
import { panel, type ChartTime } from '../charts/frame.ts';
import { sparkline } from '../charts/sparkline.ts';
import { rateLegend, rateTable, stackedRates } from '../charts/stacked-rates.ts';
import { timeSeries, timeSeriesTable } from '../charts/time-series.ts';
import { keptNote, stats } from '../draw/facts.ts';
import { explained } from '../draw/words.ts';
import { briefColumns } from '../draw/brief-series.ts';
import { perSecond, routeColumns } from '../draw/series-tables.ts';
import type { SeriesLine } from '../facts/series-lines.ts';
import { searchForm } from '../draw/search-form.ts';
import { drawTable, sheetOf } from '../draw/table.ts';
import { countText, measured, share, size, type Quantity } from '../../markup/quantity.ts';
import { spanText } from '../format/moment.ts';
import { markedFailures, type MarkedFailures } from '../facts/marked-failures.ts';
import { metricsDocument, type MetricsDocument, type OperationDocument } from '../facts/metrics-document.ts';
import { definePage } from './define-page.ts';
import type { PageView } from '../page.ts';
import { waitShareText } from '../sentences/wait-words.ts';
import { TYPE_WORDS } from '../format/type-words.ts';
import { type HeldRequests, heldRequests } from '../facts/held-requests.ts';
import { heldSentence } from '../sentences/held-sentence.ts';
import { drawPart, plural, shortRoute } from '../sentences/sentence.ts';
import { LEAST_REQUESTS, slowestOf, slowOthers } from '../facts/slowest-route.ts';
import { halfText, otherWords } from '../sentences/slowest-words.ts';
import { prepareSituation, situationOf } from '../sentences/situation.ts';
import { checksPanel } from '../draw/checks-panel.ts';
import { checksOf, type Check } from '../sentences/checks.ts';
import { overviewSentence } from '../sentences/overview-sentence.ts';
import type { OverviewSituation } from '../sentences/overview-situation.ts';
import { hasSpan, highest, newestFloors, sparkValues } from '../facts/runtime-course.ts';
import { processAt } from '../facts/process-at.ts';
import { isStartUpWork } from '../facts/start-up-statements.ts';
import { routeLines } from '../facts/route-lines.ts';
import { secondsOf, seriesLines } from '../facts/series-lines.ts';
import { heatPanel } from './heat-panel.ts';

const TYPES = ['http', 'database', 'render'] as const;
const TOP_ROWS = 7;
const STRIP_POINTS = 40;

interface OverviewFacts {
  /** The same document as `/admin/metrics`, of this range. */
  readonly metrics: MetricsDocument;
  readonly seconds: number;
  readonly timelines: Readonly<Record<(typeof TYPES)[number], readonly TimelinePoint[]>>;
  readonly heatMap: HeatMap;
  /** Failed requests, newest first, at most as many as the heat map marks. */
  readonly failed: MarkedFailures;
  readonly routes: readonly SeriesLine[];
  /** Its requests are the slowest; undefined if no route had enough to say so. */
  readonly slowest: string | undefined;
  readonly statements: readonly SeriesLine[];
  readonly runtime: readonly RuntimeSample[];
  readonly markers: readonly Marker[];
  /** Undefined while traces of an older file are moved. */
  readonly heldRequests: HeldRequests | undefined;
  readonly situation: OverviewSituation;
  /** What the verdict judges, the most severe first. */
  readonly limits: readonly Check[];
}

/** The first page: whether all is well, and if not, what to look at. */
export const overviewPage = definePage<OverviewFacts>({
  path: '',
  menu: 'overview',
  prepare: ({ telemetry, range, now }) => prepareSituation(telemetry, range, now),
  fetch({ telemetry, range, now, data }) {
    const seconds = secondsOf(telemetry, range, now);
    const metrics = metricsDocument(telemetry, range, processAt(telemetry, now));
    const { routes } = routeLines(telemetry, range, seconds, TOP_ROWS);
    const statements = seriesLines(telemetry, 'database', range, seconds, { courses: 0 });
    const shown = statements.filter((row) => !isStartUpWork(row));
    const runtime = telemetry.runtime(range, STRIP_POINTS);
    const situation = situationOf(telemetry, range, now, {
      metrics,
      routes,
      statements,
      runtime,
      data: data(),
    });
    const heatMap = telemetry.heatMap('http', range.known, { maxColumns: 60 });
    const timeline = (type: OperationType): readonly TimelinePoint[] =>
      telemetry.timeline(type, range.known, { maxPoints: 60 });
    return {
      metrics,
      seconds,
      timelines: { http: timeline('http'), database: timeline('database'), render: timeline('render') },
      heatMap,
      failed: markedFailures(telemetry, range, heatMap),
      routes,
      slowest: slowestOf(telemetry, range, routes)?.name,
      statements: shown,
      runtime,
      markers: telemetry.markers(range),
      heldRequests: heldRequests(telemetry, range),
      situation,
      limits: checksOf(situation),
    };
  },
  title: () => 'Overview',
  sentence: (facts, view) => overviewSentence(facts.situation, view.links),
  draw(facts, view) {
    const time: ChartTime = { range: view.range.drawn, markers: facts.markers, now: view.now };
    const gone = heldSentence(facts.heldRequests, view.range.words, view.links);
    return html`${searchForm(view)}${checksPanel(facts.limits, view)}
      <div class="grid three">${TYPES.map((type) => typeCard(type, facts, time, view.links))}</div>
      ${gone.length > 0 && html`<p class="note">${gone.map(drawPart)}</p>`}
      <div class="grid wide-narrow">
        ${heatPanel({ title: 'How long requests take', type: 'http', heatMap: facts.heatMap, failures: facts.failed, time }, view)}${rates(facts, time)}
      </div>
      <div class="grid tables">
        ${panel({
          title: html`<a href="${view.links.to('/routes')}">Routes</a>`,
          note: firstOf(facts.routes, orderOf(facts.routes)),
          body: drawTable(facts.routes.slice(0, TOP_ROWS), briefColumns('http', view, facts.routes), {
            caption: 'Routes by share of time',
            keyOf: (row) => row.name,
            view,
            still: true,
            empty: `No requests in this range.${view.range.moving ? ' Open the blog in another tab, and they appear here.' : ''}`,
          }),
          ...slowestNote(facts, view),
        })}
        ${panel({
          title: html`<a href="${view.links.to('/queries')}">Statements</a>`,
          note: firstOf(facts.statements, 'by total time'),
          body: drawTable(
            facts.statements.slice(0, TOP_ROWS),
            briefColumns('database', view, facts.statements.slice(0, TOP_ROWS)),
            {
              caption: 'Statements by total time',
              keyOf: (row) => row.name,
              view,
              still: true,
              empty: 'No statements in this range.',
            },
          ),
        })}
      </div>
      ${processStrip(facts, view)}`;
  },
  sheet: ({ routes }, view) => sheetOf(routes, routeColumns(view)),
});

function orderOf(routes: readonly SeriesLine[]): string {
  const waited = routes.some((row) => waitShareText(row) !== undefined);
  return `by share of time${waited ? ', less waiting for the event loop' : ''}`;
}

function slowestNote(
  { routes, slowest: name }: OverviewFacts,
  { links }: PageView,
): { readonly foot?: Html } {
  const slowest = routes.find((row) => row.name === name);
  if (slowest === undefined) return {};
  const others = otherWords(slowOthers(routes, slowest), slowest, links);
  const link = html`<a href="${links.series('http', slowest.name)}">${shortRoute(slowest.name)}</a>`;
  return {
    foot: html`<span
      ><a href="${links.to('/routes', { sort: 'p50_ms' })}">slowest per request</a>, from
      ${plural(LEAST_REQUESTS, 'request')} on: ${link},
      ${halfText(slowest.count, slowest.durationMillis.p50)}${others.length > 0 && html`; ${others.map(drawPart)}`}</span
    >`,
  };
}

function firstOf(rows: readonly unknown[], order: string): string {
  if (rows.length === 0) return '';
  return rows.length <= TOP_ROWS ? order : `${order}, first ${TOP_ROWS} of ${countText(rows.length)}`;
}

function typeCard(
  type: (typeof TYPES)[number],
  facts: OverviewFacts,
  time: ChartTime,
  links: PageView['links'],
): Html {
  const row: OperationDocument = facts.metrics.operations[type];
  const { p50, p90, p95, p99 } = row.duration_ms;
  const points = facts.timelines[type];
  const of = (millis: number): Quantity => (row.count === 0 ? { value: '–', unit: '' } : measured(millis));
  return panel({
    className: `card-${type}`,
    title: html`<span class="swatch type-${type}"></span>${TYPE_WORDS[type]}`,
    note: html`${row.client_errors > 0 && html`${countText(row.client_errors)} got a 4xx · `}${perSecond(row.count, facts.seconds)}`,
    body: html`${stats([
      { label: 'p50', value: of(p50) },
      { label: 'p90', value: of(p90) },
      { label: 'p95', value: of(p95) },
      { label: 'p99', value: of(p99) },
      {
        label: 'failed',
        value: countText(row.errors),
        ...(row.errors > 0 ? { tone: 'failed' as const } : {}),
      },
    ])}${timeSeries(type, points, time)}`,
    table: timeSeriesTable(points, time.now),
    foot: html`<span>every one is ${explained('counted', links)}</span
      ><span>${keptNote(row, links, type === 'http' ? facts.heldRequests?.gone : 0)}</span>`,
  });
}

function rates({ timelines }: OverviewFacts, time: ChartTime): Html {
  return panel({
    title: 'Requests per second',
    note: rateLegend(timelines.http),
    body: stackedRates(timelines.http, time),
    table: rateTable(timelines.http, time.now),
  });
}

function processStrip({ metrics, runtime }: OverviewFacts, { links }: PageView): Html {
  const { process: facts, export: exported } = metrics;
  const pause = highest(runtime, (sample) => sample.gcPauseMaxMillis);
  const spans = runtime.filter(hasSpan);
  const course = (pick: (sample: RuntimeSample) => number, samples = runtime): Html =>
    sparkline('other', sparkValues(samples, pick));
  const floors = sparkValues(newestFloors(runtime), (s) => s.heapFloorBytes);
  const heap = sparkline(
    'other',
    sparkValues(runtime, (s) => s.heapUsedBytes),
    undefined,
    floors,
  );
  const sending = !exported.configured
    ? 'off'
    : html`${countText(exported.sent)}<span class="unit"> sent</span>`;
  return panel({
    className: 'strip',
    title: html`<a href="${links.to('/process')}">Process</a>`,
    note: `pid ${facts.pid}, up ${spanText(facts.uptime_seconds * 1000)}`,
    body: stats([
      { label: 'memory (RSS)', value: size(facts.rss_bytes), course: course((s) => s.rssBytes) },
      { label: 'heap used', value: size(facts.heap_used_bytes), course: heap },
      {
        label: 'event-loop delay p99',
        value: measured(facts.event_loop_delay_p99_ms),
        note: 'since the last sample',
        course: course((s) => s.eventLoopDelayP99Millis, spans),
      },
      {
        label: 'CPU, of one core',
        value: share(facts.cpu_utilization),
        note: 'since the last sample',
        course: course((s) => s.cpuUtilization, spans),
      },
      {
        label: 'longest GC pause',
        value: measured(pause),
        note: 'in this range',
        course: course((s) => s.gcPauseMaxMillis, spans),
      },
      {
        label: 'export',
        value: sending,
        ...(exported.configured && exported.failed > 0
          ? { note: `${countText(exported.failed)} failed` }
          : {}),
      },
    ]),
  });
}
