import type { HeatMap, OperationType } from '../../../otel/query.ts';
import { html, type Html } from '../../markup/html.ts';
import { clockText, momentText } from '../format/moment.ts';
import { countText, duration, share, text } from '../../markup/quantity.ts';
import { markerLines, percent, plot, timeAxis, type ChartTable, type ChartTime } from './frame.ts';
import { logTicks, px, timeScale, type Scale } from './scales.ts';

/** Number of shades; the shade grows with the square root of the count, so that small counts stay visible. */
const SHADES = 6;

/** The range of non-empty bands with one more on both sides; [0, 0) if all are empty. */
export function occupiedBands(map: HeatMap): readonly [number, number] {
  const bands = map.bandEdgesMillis.length - 1;
  let low = bands;
  let high = -1;
  for (const column of map.columns)
    for (let band = 0; band < bands; band++)
      if ((column.counts[band] ?? 0) > 0) {
        low = Math.min(low, band);
        high = Math.max(high, band);
      }
  return high < 0 ? [0, 0] : [Math.max(0, low - 1), Math.min(bands, high + 2)];
}

/** Minimum height of a cell. */
const MIN_CELL_PIXELS = 7;

/** Merges bands from `low` to `high` in groups. */
function coarser(map: HeatMap, low: number, high: number, bands: number): HeatMap {
  const starts = Array.from({ length: Math.ceil((high - low) / bands) }, (_, index) => low + index * bands);
  const edge = (band: number): number => map.bandEdgesMillis[Math.min(high, band)] ?? 0;
  return {
    bandEdgesMillis: [...starts.map(edge), edge(high)],
    columns: map.columns.map((column) => ({
      ...column,
      counts: starts.map((start) =>
        column.counts
          .slice(start, Math.min(high, start + bands))
          .reduce((sum, count) => sum + (Number.isFinite(count) ? count : 0), 0),
      ),
    })),
  };
}

/** An operation with a mark of its own, by time and duration. */
export interface HeatMark {
  readonly atMillis: number;
  readonly durationMillis: number;
  readonly href: string;
  /** Its label. */
  readonly label: string;
}

export interface HeatMapOptions {
  /** The address that a column links to. */
  readonly hrefOf: (fromMillis: number, toMillis: number) => string;
  readonly tracesHref: string;
  readonly singled?: readonly HeatMark[];
  readonly height?: number;
}

/** Durations (vertical) over time (horizontal), shaded by count. A column links to its traces; a dragged region adds its times and durations to `tracesHref`. */
export function heatMapChart(
  type: OperationType,
  whole: HeatMap,
  time: ChartTime,
  { hrefOf, tracesHref, singled = [], height = 168 }: HeatMapOptions,
): Html {
  const x = timeScale(time.range.fromMillis, time.range.toMillis);
  const [from, to] = occupiedBands(whole);
  const map = coarser(whole, from, to, Math.max(1, Math.ceil(((to - from) * MIN_CELL_PIXELS) / height)));
  const [low, high] = [0, map.bandEdgesMillis.length - 1];
  const y = durationScale(map.bandEdgesMillis, height);
  const most = map.columns.reduce(
    (top, column) => column.counts.reduce((a, b) => (Number.isFinite(b) ? Math.max(a, b) : a), top),
    0,
  );
  const cells = Array.from({ length: SHADES }, () => '');
  for (const column of map.columns) {
    const left = x(column.startMillis);
    const width = Math.max(0.5, x(column.startMillis + column.widthMillis) - left - 1);
    for (let band = low; band < high; band++) {
      const count = column.counts[band] ?? 0;
      if (!(count > 0)) continue;
      const shade = Math.min(SHADES - 1, Math.floor(Math.sqrt(count / most) * SHADES));
      const top = y(map.bandEdgesMillis[band + 1] ?? 0);
      const tall = Math.max(1, y(map.bandEdgesMillis[band] ?? 0) - top - 1);
      cells[shade] += `M${px(left)} ${px(top + 0.5)}h${px(width)}v${px(tall)}h-${px(width)}z`;
    }
  }
  const marks = markerLines(time, height);
  const lowest = Math.max(map.bandEdgesMillis[0] ?? 1, 1e-6);
  const highest = map.bandEdgesMillis.at(-1) ?? 0;
  return plot({
    label:
      most === 0
        ? 'Heat map of durations: nothing in this range.'
        : 'Heat map of durations over time; darker is more. The table below has the counts.',
    height,
    role: 'group',
    className: `type-${type} heat`,
    time: time.range,
    region: most === 0 ? undefined : { href: tracesHref, low: lowest, high: highest },
    shapes: html`${cells.map((d, shade) => d !== '' && html`<path class="shade-${shade + 1}" d="${d}" />`)}${marks.lines}${map.columns.map(
      (column) => {
        const total = column.counts.reduce((a, b) => a + (Number.isFinite(b) ? b : 0), 0);
        if (total === 0) return null;
        const left = x(column.startMillis);
        const end = column.startMillis + column.widthMillis;
        return html`<a href="${hrefOf(column.startMillis, end)}" tabindex="-1"
          ><title>
            ${momentText(column.startMillis, time.now)}–${clockText(end)}: ${countText(total)}, open their
            traces</title
          ><rect class="hit" x="${px(left)}" y="0" width="${px(x(end) - left)}" height="${height}"
        /></a>`;
      },
    )}`,
    over: html`${marks.labels}${most > 0 && singled.map((mark) => heatMark(mark, percent(x(mark.atMillis)), y(mark.durationMillis)))}${most === 0 && html`<text class="axis empty" x="50%" y="${height / 2}" text-anchor="middle">nothing in this range</text>`}`,
    yTicks:
      most === 0 || !(highest > lowest)
        ? []
        : logTicks(lowest, highest, 5).map((tick) => ({
            y: y(tick),
            label: text(duration(tick)),
          })),
    xTicks: timeAxis(time, height),
  });
}

/** A logarithmic scale between the outermost edges, clamped to the plot. */
function durationScale(edges: readonly number[], height: number): Scale {
  const low = Math.max(edges[0] ?? 1, 1e-6);
  const span = Math.log((edges.at(-1) ?? 1) / low);
  return (millis) =>
    span > 0
      ? height - Math.min(1, Math.max(0, Math.log(Math.max(millis, low) / low) / span)) * height
      : height;
}

function heatMark({ href, label }: HeatMark, left: string, top: number): Html {
  return html`<svg x="${left}" y="${px(top)}" width="1" height="1" overflow="visible">
    <a href="${href}" tabindex="-1" aria-label="${label}">
      <title>${label}</title>
      <path class="heat-mark" d="M0-5 5 0 0 5-5 0z" />
    </a>
  </svg>`;
}

/** Totals per band, each with a link to its traces. */
export function heatMapTable(
  map: HeatMap,
  hrefOf: (minMillis: number, maxMillis: number) => string,
): ChartTable {
  const [low, high] = occupiedBands(map);
  const totals = map.bandEdgesMillis
    .slice(0, -1)
    .map((_, band) => map.columns.reduce((sum, column) => sum + (column.counts[band] ?? 0), 0));
  const all = totals.reduce((a, b) => a + b, 0);
  const rows: ChartTable['rows'] = totals.flatMap((total, band) => {
    if (band < low || band >= high || total === 0) return [];
    const from = map.bandEdgesMillis[band] ?? 0;
    const to = map.bandEdgesMillis[band + 1] ?? 0;
    return [
      [
        html`<a href="${hrefOf(from, to)}">${text(duration(from))} – ${text(duration(to))}</a>`,
        countText(total),
        text(share(total / all)),
      ],
    ];
  });
  return { columns: ['duration', 'count', 'share'], rows };
}
