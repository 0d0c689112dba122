import { area, line } from 'd3-shape';
import type { OperationType, TimelinePoint } from '../../../otel/query.ts';
import { html, type Html } from '../../markup/html.ts';
import { moment, momentText } from '../format/moment.ts';
import { countText, duration, measured, text } from '../../markup/quantity.ts';
import { markerLines, plot, timeAxis, type ChartTable, type ChartTime } from './frame.ts';
import { LABEL_LINE, logScale, px, timeScale } from './scales.ts';

/** Consecutive non-empty buckets. */
export function segments(points: readonly TimelinePoint[]): readonly (readonly TimelinePoint[])[] {
  const found: TimelinePoint[][] = [];
  let previous: TimelinePoint | undefined;
  for (const point of points) {
    const drawable =
      point.count > 0 &&
      Number.isFinite(point.durationMillis.p50) &&
      Number.isFinite(point.durationMillis.p99);
    const joined =
      previous !== undefined &&
      point.startMillis - (previous.startMillis + previous.widthMillis) < point.widthMillis * 0.5;
    if (drawable && joined && found.length > 0) found.at(-1)!.push(point);
    else if (drawable) found.push([point]);
    previous = drawable ? point : undefined;
  }
  return found;
}

interface Vertex {
  readonly x: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly partial: boolean;
}

/** Percentiles over time on a log scale: p50 as a line, p95 and p99 as bands. Empty buckets are gaps; the running bucket is dashed. */
export function timeSeries(
  type: OperationType,
  points: readonly TimelinePoint[],
  time: ChartTime,
  height = 74,
): Html {
  const x = timeScale(time.range.fromMillis, time.range.toMillis);
  const parts = segments(points);
  const all = parts.flat();
  const { y, ticks } = logScale(
    all.flatMap((point) => [point.durationMillis.p50, point.durationMillis.p99]),
    height,
  );
  const vertices = parts.map((part) =>
    part.flatMap((point): Vertex[] => {
      const { p50, p95, p99 } = point.durationMillis;
      const at = (millis: number): Vertex => ({
        x: x(millis),
        p50: y(p50),
        p95: y(p95),
        p99: y(p99),
        partial: point.partial,
      });
      // A single bucket is drawn at its full width; otherwise each bucket is a point at its middle.
      return part.length === 1
        ? [at(point.startMillis), at(point.startMillis + point.widthMillis)]
        : [at(point.startMillis + point.widthMillis / 2)];
    }),
  );
  const band = (low: 'p50' | 'p95', high: 'p95' | 'p99') =>
    area<Vertex>()
      .x((v) => v.x)
      .y0((v) => v[low])
      .y1((v) => v[high]);
  const stroke = line<Vertex>()
    .x((v) => v.x)
    .y((v) => v.p50);
  const shapes = vertices.map((part) => {
    const whole = part.filter((vertex) => !vertex.partial);
    const running = part.length > whole.length ? part.slice(Math.max(0, whole.length - 1)) : [];
    return html`<path class="band outer" d="${band('p95', 'p99')(part) ?? ''}" /><path
        class="band inner"
        d="${band('p50', 'p95')(part) ?? ''}"
      /><path class="stroke" d="${stroke(whole) ?? ''}" vector-effect="non-scaling-stroke" />${
        running.length > 0 &&
        html`<path class="stroke partial" d="${stroke(running) ?? ''}" vector-effect="non-scaling-stroke" />`
      }`;
  });
  const marks = markerLines(time, height);
  return plot({
    label: seriesLabel(points, time),
    height,
    className: `type-${type} labelled`,
    time: time.range,
    shapes: html`${shapes}${marks.lines}`,
    over: html`${marks.labels}${lineLabels(vertices.at(-1)?.at(-1), height)}${all.length === 0 && html`<text class="axis empty" x="50%" y="${height / 2}" text-anchor="middle">nothing in this range</text>`}`,
    yTicks: all.length === 0 ? [] : ticks.map((tick) => ({ y: y(tick), label: text(duration(tick)) })),
    xTicks: timeAxis(time, height),
  });
}

/** Labels of the lines at the right end, at their last values, moved apart if they would overlap. */
function lineLabels(last: Vertex | undefined, height: number): Html {
  if (last === undefined) return html``;
  let floor = height + LABEL_LINE;
  const placed = (['p50', 'p95', 'p99'] as const).map((name) => {
    floor = Math.min(last[name] + 3.5, floor - LABEL_LINE);
    return { name, y: floor };
  });
  const sunk = Math.max(0, 8 - floor);
  const labels = placed.map(
    ({ name, y }) => html`<text class="axis line-label" x="100%" dx="4" y="${px(y + sunk)}">${name}</text>`,
  );
  return html`${labels}`;
}

function seriesLabel(points: readonly TimelinePoint[], time: ChartTime): string {
  const busy = segments(points).flat();
  if (busy.length === 0) return 'Durations over time: nothing in this range.';
  const worst = busy.reduce((a, b) => (b.durationMillis.p99 > a.durationMillis.p99 ? b : a));
  return `Durations over time, p50, p95 and p99. Highest p99 ${text(duration(worst.durationMillis.p99))} at ${momentText(worst.startMillis, time.now)}.`;
}

export function timeSeriesTable(points: readonly TimelinePoint[], now: number): ChartTable {
  return {
    columns: ['from', 'count', 'failed', 'p50', 'p95', 'p99', 'kept'],
    at: points.map((point) => point.startMillis),
    rows: points.map((point) => [
      html`${moment(point.startMillis, now)}${point.partial && ' (running)'}`,
      countText(point.count),
      countText(point.errors),
      ...[point.durationMillis.p50, point.durationMillis.p95, point.durationMillis.p99].map((millis) =>
        point.count === 0 ? '–' : text(measured(millis)),
      ),
      countText(point.kept),
    ]),
  };
}
