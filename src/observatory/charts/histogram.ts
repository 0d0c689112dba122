import type { HeatMap, OperationType } from '../../../otel/query.ts';
import { html, type Html } from '../../markup/html.ts';
import { duration, text } from '../../markup/quantity.ts';
import { percent, plot } from './frame.ts';
import { occupiedBands } from './heat-map-chart.ts';
import { logTicks, PLOT_WIDTH, px, zeroScale, type Scale } from './scales.ts';

export interface HistogramMark {
  readonly millis: number;
  readonly label: string;
}

/** Durations in logarithmic bands, with marks at percentiles or at one operation. */
export function histogram(
  type: OperationType,
  map: HeatMap,
  marks: readonly HistogramMark[],
  height = 90,
): Html {
  const [low, high] = occupiedBands(map);
  const counts = Array.from({ length: high - low }, (_, index) =>
    map.columns.reduce((sum, column) => sum + (column.counts[low + index] ?? 0), 0),
  );
  if (counts.length === 0) return html`<p class="quiet">No durations in this range.</p>`;
  const edges = map.bandEdgesMillis.slice(low, high + 1);
  const placed = [...marks]
    .filter((mark) => mark.millis > 0 && Number.isFinite(mark.millis))
    .sort((a, b) => a.millis - b.millis);
  const from = Math.max(1e-6, Math.min(edges[0]!, placed[0]?.millis ?? Infinity));
  const to = Math.max(edges.at(-1)!, (placed.at(-1)?.millis ?? 0) * 1.1);
  const x: Scale = (millis) =>
    Math.min(1, Math.max(0, Math.log(Math.max(millis, 1e-9) / from) / Math.log(to / from))) * PLOT_WIDTH;
  const labels = labelPlaces(placed, x);
  const top = 14;
  const { y } = zeroScale(counts, height - top);
  let freeTick = -Infinity;
  return plot({
    label: `Histogram of durations, logarithmic. ${placed.map((mark) => `${mark.label} ${text(duration(mark.millis))}`).join(', ')}.`,
    height,
    className: `type-${type} no-axis`,
    shapes: html`${counts.map((count, index) => {
      const left = x(edges[index]!);
      const right = x(edges[index + 1]!);
      const tall = Math.max(count > 0 ? 1 : 0, height - top - y(count));
      return html`<rect
        class="bar"
        x="${px(left)}"
        width="${px(Math.max(0.5, right - left - 3))}"
        y="${px(height - tall)}"
        height="${px(tall)}"
      />`;
    })}${placed.map((mark) => html`<line class="mark" x1="${px(x(mark.millis))}" x2="${px(x(mark.millis))}" y1="${top - 2}" y2="${height}" vector-effect="non-scaling-stroke" />`)}`,
    over: html`${labels.map(
      ({ label, at, anchor }) =>
        html`<text
          class="axis mark-label"
          x="${percent(at)}"
          y="9"
          dx="${anchor === 'end' ? 3 : -3}"
          text-anchor="${anchor}"
          >${label}</text
        >`,
    )}`,
    yTicks: [],
    xTicks: html`${logTicks(from, to, 5).map((tick) => {
      const at = x(tick);
      // Labels would overlap on a narrow panel.
      if (at - freeTick < 170) return null;
      freeTick = at;
      return html`<text
        class="axis"
        x="${percent(at)}"
        y="${height + 15}"
        text-anchor="${at < 40 ? 'start' : at > PLOT_WIDTH - 60 ? 'end' : 'middle'}"
        >${text(duration(tick))}</text
      >`;
    })}`,
  });
}

interface LabelPlace {
  readonly label: string;
  readonly at: number;
  /** Start: right of its mark. */
  readonly anchor: 'start' | 'end';
}

/** Of a character on the narrowest panel, in units of the plot: 7 of 205 px. */
export const CHARACTER_UNITS = 34;

/** Labels beside their marks, on the side that has room even on a narrow panel; what has none on either side is left to the table. */
export function labelPlaces(placed: readonly HistogramMark[], x: Scale): readonly LabelPlace[] {
  let free = 0;
  return labelsOf(placed, x).flatMap((label, index): readonly LabelPlace[] => {
    const mark = placed[index];
    if (label === undefined || mark === undefined) return [];
    const at = x(mark.millis);
    const wide = label.length * CHARACTER_UNITS;
    const next = placed.slice(index + 1).find(({ millis }) => x(millis) - at >= 1);
    const fitsLeft = at - wide >= free;
    const fitsRight = at >= free && at + wide <= PLOT_WIDTH;
    const isCrowded = next !== undefined && x(next.millis) - at < wide;
    if (!fitsLeft && !fitsRight) return [];
    const anchor = fitsLeft && (isCrowded || !fitsRight) ? 'end' : 'start';
    free = anchor === 'end' ? at : at + wide;
    return [{ label, at, anchor }];
  });
}

/** Merges the labels of marks at the same position into the last one. */
function labelsOf(placed: readonly HistogramMark[], x: Scale): readonly (string | undefined)[] {
  return placed.map((mark, index) =>
    Math.abs(x(mark.millis) - x(placed[index + 1]?.millis ?? Infinity)) < 1
      ? undefined
      : placed
          .filter((each) => each === mark || Math.abs(x(each.millis) - x(mark.millis)) < 1)
          .map((each) => each.label)
          .join(', '),
  );
}
