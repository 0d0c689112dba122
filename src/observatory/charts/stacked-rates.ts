import type { TimelinePoint } from '../../../otel/query.ts';
import { html, type Html } from '../../markup/html.ts';
import { moment } from '../format/moment.ts';
import { countText, threeDigits } from '../../markup/quantity.ts';
import { markerLines, plot, timeAxis, type ChartTable, type ChartTime } from './frame.ts';
import { px, timeScale, zeroScale } from './scales.ts';

/** Outcomes of requests, from the bottom up. Failed includes thrown errors; aborted is by the client or a shutdown. */
export interface RateBar {
  readonly startMillis: number;
  readonly widthMillis: number;
  readonly partial: boolean;
  readonly fine: number;
  readonly clientErrors: number;
  readonly aborted: number;
  readonly failed: number;
}

const PARTS = ['fine', 'clientErrors', 'aborted', 'failed'] as const;

/** Rates per second; a running bucket is divided by its elapsed time. */
export function rateBars(points: readonly TimelinePoint[], now: number): readonly RateBar[] {
  return points.map((point) => {
    const lasted = point.partial
      ? Math.min(point.widthMillis, Math.max(1000, now - point.startMillis))
      : point.widthMillis;
    const perSecond = (count: number): number =>
      Number.isFinite(count) && lasted > 0 ? (count * 1000) / lasted : 0;
    const fine = Math.max(0, point.count - point.errors - point.clientErrors - point.aborted);
    return {
      startMillis: point.startMillis,
      widthMillis: point.widthMillis,
      partial: point.partial,
      fine: perSecond(fine),
      clientErrors: perSecond(point.clientErrors),
      aborted: perSecond(point.aborted),
      failed: perSecond(point.errors),
    };
  });
}

/** Requests per second as bars, stacked by outcome. */
export function stackedRates(points: readonly TimelinePoint[], time: ChartTime, height = 168): Html {
  const x = timeScale(time.range.fromMillis, time.range.toMillis);
  const bars = rateBars(points, time.now);
  const { y, ticks } = zeroScale(
    bars.map((bar) => PARTS.reduce((sum, part) => sum + bar[part], 0)),
    height,
  );
  const shapes = bars.map((bar) => {
    const left = x(bar.startMillis);
    const full = x(bar.startMillis + bar.widthMillis) - left;
    const width = Math.max(0.5, full - Math.min(2, full * 0.2));
    let ground = 0;
    return PARTS.map((part) => {
      const value = bar[part];
      if (!(value > 0)) return null;
      const bottom = y(ground);
      ground += value;
      return html`<rect
        class="rate ${part}${bar.partial ? ' partial' : ''}"
        x="${px(left)}"
        width="${px(width)}"
        y="${px(y(ground))}"
        height="${px(Math.max(0.75, bottom - y(ground)))}"
      />`;
    });
  });
  const marks = markerLines(time, height);
  const empty = bars.every((bar) => PARTS.every((part) => bar[part] === 0));
  return plot({
    label: empty ? 'Requests per second: none in this range.' : 'Requests per second over time, by outcome.',
    height,
    className: 'narrow-axis',
    time: time.range,
    shapes: html`${shapes}${marks.lines}`,
    over: html`${marks.labels}${empty && html`<text class="axis empty" x="50%" y="${height / 2}" text-anchor="middle">no requests in this range</text>`}`,
    yTicks: empty ? [] : ticks.map((tick) => ({ y: y(tick), label: threeDigits(tick) })),
    xTicks: timeAxis(time, height),
  });
}

/** The legend, with shapes, so that colour is not the only sign. */
export function rateLegend(points: readonly TimelinePoint[]): Html {
  const any = (pick: (point: TimelinePoint) => number): boolean => points.some((point) => pick(point) > 0);
  const keys = [
    ['fine', '2xx 3xx', any((point) => point.count - point.errors - point.clientErrors - point.aborted)],
    ['client', '4xx', any((point) => point.clientErrors)],
    ['aborted', 'aborted', any((point) => point.aborted)],
    ['failed', 'failed', any((point) => point.errors)],
  ] as const;
  return html`<span class="legend"
    >${keys.map(([name, words, shown]) => shown && html`<span class="key ${name}">${words}</span> `)}</span
  >`;
}

export function rateTable(points: readonly TimelinePoint[], now: number): ChartTable {
  return {
    columns: ['from', 'requests', '4xx', 'aborted', 'failed'],
    at: points.map((point) => point.startMillis),
    rows: points.map((point) => [
      html`${moment(point.startMillis, now)}${point.partial && ' (running)'}`,
      countText(point.count),
      countText(point.clientErrors),
      countText(point.aborted),
      countText(point.errors),
    ]),
  };
}
