import type {
  HeatMap,
  Marker,
  OperationRow,
  OperationType,
  SeriesSummary,
  TelemetryQuery,
  TimelinePoint,
  TraceSummary,
} from '../../../otel/query.ts';
import { html, type Html } from '../../markup/html.ts';
import { panel, type ChartTime } from '../charts/frame.ts';
import { heatMapTable } from '../charts/heat-map-chart.ts';
import { histogram } from '../charts/histogram.ts';
import { timeSeries, timeSeriesTable } from '../charts/time-series.ts';
import { overPanel } from '../draw/over-panel.ts';
import { adjustedCounts } from '../facts/adjusted-counts.ts';
import { apartGroups, type ApartGroups } from '../facts/apart-groups.ts';
import { type DurationGroups, durationGroupsOf } from '../facts/duration-groups.ts';
import { mergedTime, type MergedTime } from '../facts/merged-time.ts';
import { type Comparison, drawTraces, prepareDrawnTraces } from '../facts/drawn-traces.ts';
import { newestStart, type NewestStart } from '../facts/newest-start.ts';
import { overRepresented, type OverRepresentation } from '../facts/over-represented.ts';
import type { SlowLimit } from '../draw/over-links.ts';
import type { ComparedWords } from '../sentences/over-sentence.ts';
import { keptNote, stats } from '../draw/facts.ts';
import { explained } from '../draw/words.ts';
import { perSecond } from '../draw/series-tables.ts';
import { countText, measured } from '../../markup/quantity.ts';
import type { PageView } from '../page.ts';
import { heatPanel } from './heat-panel.ts';
import { secondsOf } from '../facts/series-lines.ts';
import type { ChosenRange } from '../facts/time-range.ts';
import { comparedRanges, isComparable } from '../facts/compared-ranges.ts';
import { comparison as comparisonWith, prepareComparison } from '../facts/comparison.ts';
import { compareSeries, type ComparedSeries } from '../facts/compared-series.ts';
import { type ComparedPair, comparedPanel } from '../draw/compared-panel.ts';
import { versionsOfSides } from '../facts/version-runs.ts';

/** Facts of one series: summary, durations over time, distribution, slowest kept traces. */
export interface SeriesFacts {
  readonly name: string;
  readonly row: SeriesSummary | undefined;
  /** Total over all series of the type. */
  readonly totalMillis: number;
  readonly seconds: number;
  readonly timeline: readonly TimelinePoint[];
  readonly heatMap: HeatMap;
  readonly slowest: readonly TraceSummary[];
  /** Undefined if no process started in the range. */
  readonly newestStart: NewestStart | undefined;
  readonly failures: readonly OperationRow[];
  readonly markers: readonly Marker[];
  /** What its slow or failed operations have more often than the rest; undefined if the series is unknown. */
  readonly over: OverRepresentation | undefined;
  readonly slow: SlowLimit;
  /** Set if its durations are in two groups. */
  readonly groups: ApartGroups | undefined;
  /** Of routes only. */
  readonly time: MergedTime | undefined;
  /** With the time before the range; undefined if nothing is known of it. */
  readonly compared: ComparedPair | undefined;
}

/** What `seriesFacts` takes long for, in steps. */
export function* prepareSeries(
  telemetry: TelemetryQuery,
  type: OperationType,
  name: string,
  range: ChosenRange,
  now: number,
): Generator<undefined, void> {
  const row = telemetry.series(type, range).find((each) => each.name === name);
  if (row === undefined) return;
  const slow = slowLimit(telemetry, type, row, durationGroupsOf(telemetry, type, name, range));
  yield* prepareDrawnTraces(telemetry, comparisonOf(type, name, range, slow));
  yield* prepareComparison(telemetry, range, comparedRanges(telemetry, range, {}, now));
}

function comparisonOf(
  type: OperationType,
  series: string,
  range: ChosenRange,
  { millis: slowMillis }: SlowLimit,
): Comparison {
  return { range, type, series, marked: 'either', slowMillis };
}

export function seriesFacts(
  telemetry: TelemetryQuery,
  type: OperationType,
  name: string,
  range: ChosenRange,
  now: number,
): SeriesFacts {
  const all = telemetry.series(type, range);
  const row = all.find((each) => each.name === name);
  const groups = row && durationGroupsOf(telemetry, type, name, range);
  const slow = slowLimit(telemetry, type, row, groups);
  const comparison = comparisonOf(type, name, range, slow);
  const drawn = drawTraces(telemetry, comparison);
  const stalls = telemetry.stalls(range).rows;
  const over = row && overRepresented(telemetry, comparison, drawn);
  return {
    name,
    row,
    totalMillis: all.reduce((sum, row) => sum + row.totalMillis, 0),
    seconds: secondsOf(telemetry, range, now),
    timeline: telemetry.timeline(type, range.known, { series: name, maxPoints: 90 }),
    heatMap: telemetry.heatMap(type, range.known, { series: name, maxColumns: 60 }),
    slowest: telemetry.traces({ range, series: name, sort: 'slowest', limit: 10 }).rows,
    newestStart: newestStart(telemetry, range, type === 'http' ? { type, series: name } : { series: name }),
    failures: telemetry.failures({ range, type, series: name, limit: 500 }).rows,
    markers: telemetry.markers(range),
    over,
    time: type === 'http' ? mergedTime(drawn, stalls, over && adjustedCounts(over)) : undefined,
    slow,
    groups: apartGroups(groups, drawn, stalls),
    compared: comparedWithBefore(telemetry, type, name, range, now),
  };
}

/** Fewer have hardly any beyond their p95. */
const MIN_OF_P95 = 100;

/**
 * From which duration an operation is slow: what is between two groups of its durations; else the threshold, or what is much for its own series, where that is less, as a page that takes 20 ms
 * is slow with 200. That is its p95, and at least twice its median: if one in fifty is slow, the p95 is an ordinary one.
 */
function slowLimit(
  telemetry: Pick<TelemetryQuery, 'sampling'>,
  type: OperationType,
  row: SeriesSummary | undefined,
  groups: DurationGroups | undefined,
): SlowLimit {
  if (groups !== undefined) return { millis: groups.betweenMillis, by: 'groups' };
  const threshold = type === 'other' ? Infinity : telemetry.sampling().thresholdsSeconds[type] * 1000;
  if (row === undefined || row.count < MIN_OF_P95) return { millis: threshold, by: 'threshold' };
  const { p50, p95 } = row.durationMillis;
  const own: SlowLimit = 2 * p50 > p95 ? { millis: 2 * p50, by: 'median' } : { millis: p95, by: 'p95' };
  return own.millis < threshold ? own : { millis: threshold, by: 'threshold' };
}

function comparedWithBefore(
  telemetry: TelemetryQuery,
  type: OperationType,
  name: string,
  range: ChosenRange,
  now: number,
): SeriesFacts['compared'] {
  const asked = comparedRanges(telemetry, range, {}, now);
  const of = ({ rows }: { readonly rows: readonly ComparedSeries[] }): ComparedSeries | undefined =>
    rows.find((each) => each.type === type && each.name === name);
  // Around a marker as Changes judges it, among all operations.
  const ranges =
    asked.marker === undefined ? { ...asked, rows: [] } : comparisonWith(telemetry, range, asked);
  const alone = (): readonly ComparedSeries[] =>
    isComparable(ranges) ? compareSeries(telemetry, ranges, { type, name }) : [];
  const together = of(ranges);
  const row = together ?? of({ rows: alone() });
  const isAlone = together === undefined;
  return row && { words: ranges.words, row, isAlone, versions: versionsOfSides(telemetry, ranges) };
}

function wordsOf(type: OperationType): ComparedWords {
  const all = type === 'http' ? 'slow or failed requests' : 'slow or failed calls';
  return { all, short: 'slow or failed' };
}

/** Panels of one series, the same for a route and a statement. */
export function seriesPanels(type: OperationType, facts: SeriesFacts, view: PageView): Html {
  const { row, timeline, heatMap } = facts;
  if (row === undefined) return html``;
  const time: ChartTime = { range: view.range.drawn, markers: facts.markers, now: view.now };
  const { avg, p50, p90, p95, p99, max } = row.durationMillis;
  const typed = { type, series: facts.name };
  return html`<div class="grid wide-narrow">
      ${panel({
        title: 'Durations over time',
        note: perSecond(row.count, facts.seconds),
        body: html`${stats([
          { label: 'p50', value: measured(p50) },
          { label: 'p90', value: measured(p90) },
          { label: 'p95', value: measured(p95) },
          { label: 'p99', value: measured(p99) },
          { label: 'mean', value: measured(avg) },
          { label: 'longest', value: measured(max) },
          {
            label: 'failed',
            value: countText(row.errors),
            ...(row.errors > 0 ? { tone: 'failed' as const } : {}),
          },
        ])}${timeSeries(type, timeline, time, 120)}`,
        table: timeSeriesTable(timeline, view.now),
        foot: html`<span>every one is ${explained('counted', view.links)}</span
          ><span>${keptNote(row, view.links)}</span>`,
      })}
      ${panel({
        title: 'Spread',
        note: 'count by duration, log scale',
        body: histogram(
          type,
          heatMap,
          [
            { millis: p50, label: 'p50' },
            { millis: p95, label: 'p95' },
            { millis: p99, label: 'p99' },
          ],
          150,
        ),
        table: heatMapTable(heatMap, (min, max) =>
          view.links.to('/traces', {
            ...typed,
            min: Number(min.toPrecision(4)),
            max: Number(max.toPrecision(4)),
          }),
        ),
      })}
    </div>
    ${heatPanel({ title: 'Distribution of durations over time', type, series: facts.name, heatMap, time }, view)}
    ${facts.over && overPanel(facts.over, wordsOf(type), { ...typed, marked: 'either', slow: facts.slow }, view, facts.groups)}
    ${facts.compared && comparedPanel(facts.compared, view)}`;
}
