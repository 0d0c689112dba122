import { line } from 'd3-shape';
import { html, type Html } from '../../markup/html.ts';
import { markerLines, plot, timeAxis, type ChartTime } from './frame.ts';
import { LABEL_LINE, type logScale, px, timeScale, zeroScale } from './scales.ts';

export interface ChartLine {
  readonly label: string;
  readonly tone: 'http' | 'database' | 'render' | 'other';
  readonly samples: readonly ChartSample[];
}

export interface ChartSample {
  readonly atMillis: number;
  readonly value: number;
  /** Start of its time span; a gap to the previous point is drawn as a gap. */
  readonly fromMillis: number;
  /** The process; each has its own line. */
  readonly of: number;
}

/** A shorter line could not be seen. */
const MIN_LENGTH = 4;

/** Lines over time, from zero unless the scale is logarithmic. */
export function lineChart(
  what: string,
  lines: readonly ChartLine[],
  time: ChartTime,
  tickLabel: (value: number) => string,
  {
    height = 110,
    scale = zeroScale,
  }: { readonly height?: number; readonly scale?: typeof zeroScale | typeof logScale } = {},
): Html {
  const x = timeScale(time.range.fromMillis, time.range.toMillis);
  const values = lines.flatMap((each) => each.samples.map((sample) => sample.value));
  const { y, ticks } = scale(values, height);
  const marks = markerLines(time, height);
  const path = line<{ readonly x: number; readonly y: number }>()
    .x((p) => Number(px(p.x)))
    .y((p) => Number(px(p.y)));
  const shapes = lines.map((each) =>
    [...Map.groupBy(each.samples, ({ of }) => of).values()].flatMap(pieces).map((piece) => {
      const points = piece.map((sample) => ({ x: x(sample.atMillis), y: y(sample.value) }));
      const last = points.at(-1)!;
      // A process that ran for a minute of a week is a dot.
      const isDot = last.x - points[0]!.x < MIN_LENGTH;
      return html`<path
        class="${isDot ? 'stroke dot' : 'stroke'} type-${each.tone}"
        d="${path(isDot ? [last, last] : points) ?? ''}"
        vector-effect="non-scaling-stroke"
      />`;
    }),
  );
  const ends = lines
    .map((each) => ({
      label: each.label,
      last: each.samples.findLast((sample) => Number.isFinite(sample.value)),
    }))
    .filter((end) => end.last !== undefined)
    .map((end) => ({ label: end.label, y: y(end.last!.value) + 3.5 }))
    .sort((a, b) => b.y - a.y);
  let floor = height - 2 + LABEL_LINE;
  return plot({
    label: values.length === 0 ? `${what}: no samples in this range.` : `${what} over time.`,
    height,
    className: 'labelled-wide',
    time: time.range,
    shapes: html`${shapes}${marks.lines}`,
    over: html`${marks.labels}${ends.map((end) => {
      floor = Math.max(9, Math.min(end.y, floor - LABEL_LINE));
      return html`<text class="axis line-label" x="100%" y="${px(floor)}" dx="6">${end.label}</text>`;
    })}${values.length === 0 && html`<text class="axis empty" x="50%" y="${height / 2}" text-anchor="middle">no samples in this range</text>`}`,
    yTicks: values.length === 0 ? [] : ticks.map((tick) => ({ y: y(tick), label: tickLabel(tick) })),
    xTicks: timeAxis(time, height),
  });
}

/** Shorter gaps are the time that sampling itself takes. */
const GAP_MILLIS = 1000;

function pieces(samples: readonly ChartSample[]): readonly (readonly ChartSample[])[] {
  const found: ChartSample[][] = [];
  let previous: number | undefined;
  for (const sample of samples) {
    if (!Number.isFinite(sample.value)) continue;
    if (previous !== undefined && sample.fromMillis - previous <= GAP_MILLIS) found.at(-1)!.push(sample);
    else found.push([sample]);
    previous = sample.atMillis;
  }
  return found;
}
