import { html, type Html } from '../../markup/html.ts';
import { countText, duration, share, text, threeDigits } from '../../markup/quantity.ts';
import { shortened } from '../format/shortened.ts';
import type { FlameFrame, FlameGraph } from '../trace/flame-frames.ts';
import { fittedLabel } from './fitted-label.ts';
import { px } from './scales.ts';

const FRAME_HEIGHT = 24;
/** Deeper or narrower frames are only in the table. */
const MAX_DEPTH = 60;
const MIN_PERCENT = 0.15;
const MAX_FRAMES = 1000;
const MAX_NAME = 200;
/** Marks a failure, as colour must not be the only sign. */
const FAILED = '▲';
const MIN_SIGN_PERCENT = 1.6;

export interface FlameOptions {
  readonly selected: string | undefined;
  hrefOf(frame: FlameFrame): string;
}

/** The visible frames; if there are too many, the widest. */
export function visibleFrames({ frames, totalMillis }: FlameGraph): readonly FlameFrame[] {
  const whole = totalMillis > 0 ? totalMillis : 1;
  const seen = frames.filter(
    (frame) => frame.depth < MAX_DEPTH && (frame.totalMillis / whole) * 100 >= MIN_PERCENT,
  );
  if (seen.length <= MAX_FRAMES) return seen;
  const widest = new Set([...seen].sort((a, b) => b.totalMillis - a.totalMillis).slice(0, MAX_FRAMES));
  return seen.filter((frame) => widest.has(frame));
}

/** Draws callers above callees, as wide as the time in and below them; a frame links to its example. */
export function drawFlameGraph(graph: FlameGraph, options: FlameOptions): Html {
  const { totalMillis, frames } = graph;
  if (!(totalMillis > 0)) return html`<p class="quiet">Its spans took no measurable time.</p>`;
  const seen = visibleFrames(graph);
  const depth = seen.reduce((deepest, frame) => Math.max(deepest, frame.depth), 0) + 1;
  const left = frames.length - seen.length;
  return html`<div class="scroll" tabindex="0" role="group" aria-label="Flame graph">
      <div class="flame">
        <svg width="100%" height="${depth * FRAME_HEIGHT}" role="group" aria-label="${label(graph)}">
          ${seen.map((frame) => drawFrame(frame, totalMillis, options))}
        </svg>
      </div>
    </div>
    ${left > 0 && html`<p class="quiet">${countText(left)} ${left === 1 ? 'frame is' : 'frames are'} too narrow or too deep to be drawn.</p>`}`;
}

function label({ totalMillis, frames }: FlameGraph): string {
  const widest = frames.reduce<FlameFrame | undefined>(
    (most, frame) => (most === undefined || frame.selfMillis > most.selfMillis ? frame : most),
    undefined,
  );
  const most =
    widest === undefined
      ? ''
      : ` Most of it in ${shortened(widest.name, MAX_NAME)}, ${text(duration(widest.selfMillis))} self time.`;
  return `${text(duration(totalMillis))} of work in ${frames.length} frames.${most}`;
}

function drawFrame(frame: FlameFrame, whole: number, { selected, hrefOf }: FlameOptions): Html {
  const x = (frame.offsetMillis / whole) * 100;
  const width = (frame.totalMillis / whole) * 100;
  const words = `${shortened(frame.name, MAX_NAME)}${threeDigits(frame.count) === '1' ? '' : ` ×${threeDigits(frame.count)}`}`;
  const frameLabel = `${words}: ${text(duration(frame.totalMillis))} (${text(share(frame.totalMillis / whole))}), self ${text(duration(frame.selfMillis))}${frame.failed > 0 ? `, ${threeDigits(frame.failed)} failed` : ''}`;
  const label =
    fittedLabel(
      `${frame.failed > 0 ? `${FAILED} ` : ''}${words}`,
      text(duration(frame.totalMillis)),
      width,
      frame.type === 'database',
    ) ||
    (frame.failed > 0 && width >= MIN_SIGN_PERCENT && FAILED);
  const names = [
    'frame',
    `type-${frame.type}`,
    ...(frame.failed > 0 ? ['failed'] : []),
    ...(frame.spanId === selected ? ['selected'] : []),
  ];
  return html`<a class="${names.join(' ')}" href="${hrefOf(frame)}" aria-label="${frameLabel}"
    ><title>${frameLabel}</title
    ><svg x="${px(x)}%" y="${frame.depth * FRAME_HEIGHT}" width="${px(width)}%" height="${FRAME_HEIGHT}">
      <rect width="100%" height="${FRAME_HEIGHT - 2}" rx="2.5" />
      <text x="${label === FAILED ? 3 : 7}" y="15.5">${label}</text>
    </svg></a
  >`;
}

/** The data table of the chart. */
export function flameTable({ frames, totalMillis }: FlameGraph) {
  const whole = totalMillis > 0 ? totalMillis : 1;
  return {
    columns: ['frame', 'depth', 'spans', 'total', 'self', 'share'],
    rows: frames
      .slice(0, 240)
      .map((frame) => [
        frame.name,
        frame.depth,
        threeDigits(frame.count),
        text(duration(frame.totalMillis)),
        text(duration(frame.selfMillis)),
        text(share(frame.totalMillis / whole)),
      ]),
  };
}
