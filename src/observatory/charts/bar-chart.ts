import { html, type Html } from '../../markup/html.ts';
import type { ChartLine } from './line-chart.ts';
import { markerLines, plot, timeAxis, type ChartTime } from './frame.ts';
import { px, timeScale, zeroScale } from './scales.ts';

/** A narrower bar could not be seen. */
const MIN_WIDTH = 3;

/** Sums over time: each bar covers the time span of its sample. */
export function barChart(
  what: string,
  { tone, samples }: Pick<ChartLine, 'tone' | 'samples'>,
  time: ChartTime,
  tickLabel: (value: number) => string,
  height = 110,
): Html {
  const x = timeScale(time.range.fromMillis, time.range.toMillis);
  const shown = samples.filter((sample) => Number.isFinite(sample.value));
  const { y, ticks } = zeroScale(
    shown.map((sample) => sample.value),
    height,
  );
  const marks = markerLines(time, height);
  const bars = shown.map((sample) => {
    const right = x(sample.atMillis);
    const left = x(sample.fromMillis);
    const top = y(sample.value);
    return (
      sample.value > 0 &&
      html`<rect
        class="bar"
        x="${px(left)}"
        width="${px(Math.max(MIN_WIDTH, (right - left) * 0.8))}"
        y="${px(Math.min(top, height - 1))}"
        height="${px(Math.max(1, height - top))}"
      />`
    );
  });
  return plot({
    label: shown.length === 0 ? `${what}: no samples in this range.` : `${what} over time.`,
    height,
    className: `type-${tone} bars`,
    time: time.range,
    shapes: html`${bars}${marks.lines}`,
    over: html`${marks.labels}${shown.length === 0 && html`<text class="axis empty" x="50%" y="${height / 2}" text-anchor="middle">no samples in this range</text>`}`,
    yTicks: shown.length === 0 ? [] : ticks.map((tick) => ({ y: y(tick), label: tickLabel(tick) })),
    xTicks: timeAxis(time, height),
  });
}
