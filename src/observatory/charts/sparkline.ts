import { line } from 'd3-shape';
import type { OperationType } from '../../../otel/query.ts';
import { html, type Html } from '../../markup/html.ts';
import { px, zeroScale } from './scales.ts';

const WIDTH = 84;
const HEIGHT = 20;

/**
 * A small chart of a row's values over time, hidden from screen readers as the row has the numbers. NaN is a gap.
 *
 * @param floor A second line below the first.
 */
export function sparkline(
  type: OperationType | 'failed',
  values: readonly number[],
  width = WIDTH,
  floor: readonly number[] = [],
): Html {
  if (!values.some((value) => value > 0))
    return html`<svg class="spark" width="${width}" height="${HEIGHT}" aria-hidden="true"></svg>`;
  const { y } = zeroScale(values, HEIGHT - 4);
  const step = values.length > 1 ? (width - 2) / (values.length - 1) : 0;
  const path = line<number>()
    .defined((value) => Number.isFinite(value))
    .x((_, index) => Number(px(1 + index * step)))
    .y((value) => Number(px(y(value) + 2)));
  const alone =
    values.length === 1 ? html`<circle cx="${width / 2}" cy="${px(y(values[0]!) + 2)}" r="2" />` : null;
  return html`<svg
    class="spark type-${type}"
    width="${width}"
    height="${HEIGHT}"
    viewBox="0 0 ${width} ${HEIGHT}"
    aria-hidden="true"
  >
    <path class="stroke" d="${path(values) ?? ''}" />
    ${floor.length > 0 && html`<path class="stroke type-render" d="${path(floor) ?? ''}" />`}${alone}
  </svg>`;
}

/** A share as a short bar. */
export function shareBar(type: OperationType, part: number, short = false): Html {
  const whole = short ? 40 : 64;
  const width = Number.isFinite(part) ? Math.min(1, Math.max(0, part)) * whole : 0;
  return html`<svg
    class="share type-${type}"
    viewBox="0 0 ${whole} 8"
    preserveAspectRatio="none"
    width="${whole}"
    height="8"
    aria-hidden="true"
  >
    <rect class="track" width="${whole}" height="6" y="1" rx="2" />
    <rect class="bar" width="${px(width > 0 ? Math.max(1, width) : 0)}" height="6" y="1" rx="2" />
  </svg>`;
}
