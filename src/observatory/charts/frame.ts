import type { Marker, TimeRange } from '../../../otel/query.ts';
import { html, type Html, type HtmlValue } from '../../markup/html.ts';
import { markerText } from '../format/marker-text.ts';
import { momentText, tickText } from '../format/moment.ts';
import { shownZone } from '../format/zone.ts';
import { PLOT_WIDTH, px, timeScale, timeTicks, type Scale } from './scales.ts';

/** The time range of a chart, its markers, and now. */
export interface ChartTime {
  readonly range: TimeRange;
  readonly markers: readonly Marker[];
  readonly now: number;
}

/** The data table of a chart, for readers who cannot or do not want to read the picture. */
export interface ChartTable {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly HtmlValue[])[];
  /** Start of each row in epoch milliseconds, for the crosshair. */
  readonly at?: readonly number[];
}

export interface PlotParts {
  /** The text alternative of the picture. */
  readonly label: string;
  readonly height: number;
  /** Drawn 1000 wide, stretched. */
  readonly shapes: HtmlValue;
  /** Text and points, positioned in percent of the width, unstretched. */
  readonly over?: HtmlValue;
  readonly yTicks: readonly { readonly y: number; readonly label: string }[];
  readonly xTicks?: HtmlValue;
  readonly className?: string;
  /** The time axis: a pointer reads values and selects a range. */
  readonly time?: TimeRange | undefined;
  /** Where a selected region leads, with the ends of the value axis; its times and durations are added to the address. */
  readonly region?: { readonly href: string; readonly low: number; readonly high: number } | undefined;
  /** `group` for a picture with links. Default `img`. */
  readonly role?: 'img' | 'group';
}

/** A horizontal position as an attribute. */
export function percent(x: number): string {
  return `${px((x / PLOT_WIDTH) * 100)}%`;
}

/** Minimum distance of two labels on the value axis. */
const MIN_TICK_GAP = 16;

/** Ticks from the top down, without overlapping ones. */
function apart(ticks: PlotParts['yTicks']): PlotParts['yTicks'] {
  let last = -Infinity;
  return [...ticks]
    .sort((a, b) => a.y - b.y)
    .filter((tick) => {
      const fits = tick.y - last >= MIN_TICK_GAP;
      if (fits) last = tick.y;
      return fits;
    });
}

/** Grid, axes and shapes as one SVG of full width. */
export function plot({
  label,
  height,
  shapes,
  over,
  yTicks,
  xTicks,
  className,
  time,
  region,
  role = 'img',
}: PlotParts): Html {
  return html`<div class="plot ${className ?? ''}">
    <svg
      class="chart"
      width="100%"
      height="${height + 20}"
      role="${role}"
      aria-label="${label}"
      ${time && html` data-from="${Math.round(time.fromMillis)}" data-to="${Math.round(time.toMillis)}" data-height="${height}" data-zone="${shownZone()}"`}
      ${region && html` data-low="${Number(region.low.toPrecision(4))}" data-high="${Number(region.high.toPrecision(4))}" data-href="${region.href}"`}
    >
      ${apart(yTicks).map(
        (tick) =>
          html`<line class="grid" x1="0" x2="100%" y1="${px(tick.y)}" y2="${px(tick.y)}" /><text
              class="axis"
              x="-8"
              y="${px(tick.y + 3.5)}"
              text-anchor="end"
              >${tick.label}</text
            >`,
      )}
      <svg
        x="0"
        y="0"
        width="100%"
        height="${height}"
        viewBox="0 0 ${PLOT_WIDTH} ${height}"
        preserveAspectRatio="none"
      >
        ${shapes}
      </svg>
      ${over} ${xTicks}
    </svg>
  </div>`;
}

/** Label classes by minimum width of the plot. `.plot` is a CSS container, so phones and narrow cards show fewer labels. */
const LABEL_LEVELS = [
  { minPixels: 420, className: 'axis wide' },
  { minPixels: 270, className: 'axis mid' },
  { minPixels: 180, className: 'axis' },
] as const;
const CHARACTER_PIXELS = 6.3;
const LABEL_GAP_PIXELS = 14;
/** Limit of ticks on the widest plots. */
const MOST_TICKS = 6;

/** Picks the ticks that fit between the end labels: every one, every second, … */
function fitting(
  ticks: readonly number[],
  at: (tick: number) => number,
  labels: { readonly first: string; readonly last: string; readonly of: (tick: number) => string },
  pixels: number,
): readonly number[] {
  const width = (label: string): number => label.length * CHARACTER_PIXELS;
  const x = (tick: number): number => (at(tick) / PLOT_WIDTH) * pixels;
  const inside = ticks.filter((tick) => {
    const half = width(labels.of(tick)) / 2 + LABEL_GAP_PIXELS;
    return x(tick) - half >= width(labels.first) && x(tick) + half <= pixels - width(labels.last);
  });
  const [first, second] = inside;
  if (first === undefined || second === undefined) return inside;
  const widest = Math.max(...inside.map((tick) => width(labels.of(tick))));
  const every = Math.ceil((widest + LABEL_GAP_PIXELS) / Math.max(1, x(second) - x(first)));
  const offBalance = (some: readonly number[]): number =>
    Math.abs(some.reduce((sum, tick) => sum + x(tick), 0) / some.length - pixels / 2);
  return Array.from({ length: Math.min(every, inside.length) }, (_, offset) =>
    inside.filter((_, index) => index % every === offset),
  ).reduce((best, some) =>
    some.length > best.length || (some.length === best.length && offBalance(some) < offBalance(best))
      ? some
      : best,
  );
}

/** Labels under the plot: the start, round times that fit, and `now` if the range ends now. */
export function timeAxis(time: ChartTime, height: number): Html {
  const { fromMillis, toMillis } = time.range;
  const x = timeScale(fromMillis, toMillis);
  const length = toMillis - fromMillis;
  const of = (tick: number): string => tickText(tick, length);
  const last = toMillis >= time.now && toMillis - time.now < length * 0.02 ? 'now' : of(toMillis);
  const labels = { first: of(fromMillis), last, of };
  const y = height + 15;
  const classes = new Map<number, string>();
  let ticks = timeTicks(fromMillis, toMillis, MOST_TICKS);
  for (const { minPixels, className } of LABEL_LEVELS) {
    ticks = fitting(ticks, x, labels, minPixels);
    for (const tick of ticks) classes.set(tick, className);
  }
  return html`<text class="axis" x="0" y="${y}">${labels.first}</text>${[...classes].map(
      ([tick, className]) =>
        html`<text class="${className}" x="${percent(x(tick))}" y="${y}" text-anchor="middle"
          >${of(tick)}</text
        >`,
    )}<text class="axis" x="100%" y="${y}" text-anchor="end">${last}</text>`;
}

const MARKER_GAP_PIXELS = 8;
/** A start of another version is labelled with it. */
const labelOf = ({ kind, label, versions }: Marker): string =>
  kind === 'settings' ? 'settings' : (versions?.after ?? label);
const isFlipped = (at: number): boolean => at > PLOT_WIDTH * 0.8;

/** A class for each marker whose label has room, by the width of the plot; of those too close to each other, the newest start of another version has it, else the newest. */
function labelClasses(markers: readonly Marker[], x: Scale): ReadonlyMap<Marker, string> {
  const classes = new Map<Marker, string>();
  let labelled = markers.toSorted(
    (a, b) => Number(b.versions !== undefined) - Number(a.versions !== undefined) || b.atMillis - a.atMillis,
  );
  for (const { minPixels, className } of LABEL_LEVELS) {
    const taken: (readonly [number, number])[] = [];
    labelled = labelled.filter((marker) => {
      const width = labelOf(marker).length * CHARACTER_PIXELS;
      const place = (x(marker.atMillis) / PLOT_WIDTH) * minPixels;
      const from = isFlipped(x(marker.atMillis)) ? place - 4 - width : place + 4;
      const to = from + width + MARKER_GAP_PIXELS;
      const isFree = taken.every(([start, end]) => to <= start || from >= end);
      if (!isFree || from < 0 || from + width > minPixels) return false;
      taken.push([from, to]);
      return true;
    });
    for (const marker of labelled) classes.set(marker, className);
  }
  return classes;
}

/** Dashed lines for starts, changed settings and clock steps; the label is on the side with room. */
export function markerLines(
  time: ChartTime,
  height: number,
): { readonly lines: Html; readonly labels: Html } {
  const x = timeScale(time.range.fromMillis, time.range.toMillis);
  const inside = time.markers.filter(
    (marker) => marker.atMillis >= time.range.fromMillis && marker.atMillis < time.range.toMillis,
  );
  const shown = labelClasses(inside, x);
  const lines = inside.map((marker) => {
    const at = px(x(marker.atMillis));
    return html`<line
      class="marker"
      x1="${at}"
      x2="${at}"
      y1="0"
      y2="${height}"
      vector-effect="non-scaling-stroke"
    />`;
  });
  const labels = inside.map((marker) => {
    const at = x(marker.atMillis);
    const title = `${markerText(marker, time.now)}, ${momentText(marker.atMillis, time.now)}`;
    const className = shown.get(marker);
    const flip = isFlipped(at);
    // Labels without room are only in the titles of their lines.
    return html`<g
      ><title>${title}</title>${
        className !== undefined &&
        html`<text
          class="${className} marker-label"
          x="${percent(at)}"
          dx="${flip ? -4 : 4}"
          y="9"
          text-anchor="${flip ? 'end' : 'start'}"
          >${labelOf(marker)}</text
        >`
      }</g
    >`;
  });
  return { lines: html`${lines}`, labels: html`${labels}` };
}

export interface FrameOptions {
  /** Where an address may lead within the page. */
  readonly id?: string;
  readonly title: HtmlValue;
  /** A muted note on the right: what is counted, in which unit. */
  readonly note?: HtmlValue;
  readonly body: HtmlValue;
  readonly table?: ChartTable;
  readonly foot?: HtmlValue;
  readonly className?: string;
}

/** A panel: title, content, data table. */
export function panel({ id, title, note, body, table, foot, className }: FrameOptions): Html {
  const place = id !== undefined && html`id="${id}" `;
  return html`<section ${place}class="panel ${className ?? ''}">
    <header class="panel-head">
      <h2>${title}</h2>
      ${note !== undefined && html`<span class="note">${note}</span>`}
    </header>
    ${body}
    ${(foot !== undefined || table !== undefined) && html`<footer class="panel-foot">${foot}${table && behind(table)}</footer>`}
  </section>`;
}

/** Limit of rows in a chart's data table. */
const MAX_ROWS = 240;

function behind(table: ChartTable): Html {
  const skipped = Math.max(0, table.rows.length - MAX_ROWS);
  const rows = table.rows.slice(skipped);
  return html`<details class="behind">
    <summary>Table</summary>
    <div class="scroll" tabindex="0" role="group" aria-label="The numbers behind the chart">
      <table class="numbers">
        <thead>
          <tr>
            ${table.columns.map((column) => html`<th scope="col">${column}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${
            rows.length === 0
              ? html`<tr>
                  <td colspan="${table.columns.length}">Nothing in this range.</td>
                </tr>`
              : rows.map(
                  (row, index) =>
                    html`<tr ${table.at && html` data-at="${Math.round(table.at[skipped + index] ?? 0)}"`}>
                      ${row.map((cell) => html`<td>${cell}</td>`)}
                    </tr>`,
                )
          }
        </tbody>
      </table>
    </div>
  </details>`;
}
