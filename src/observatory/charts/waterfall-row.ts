import type { SpanRow } from '../../../otel/query.ts';
import { html, type Html } from '../../markup/html.ts';
import { duration, text } from '../../markup/quantity.ts';
import { shownName } from '../format/shown-name.ts';
import type { WaitInterval } from '../trace/intervals.ts';
import type { EventLine, LogRow, SpanLine, WaterfallRow } from '../trace/waterfall-rows.ts';
import { barGeometry } from './bar-geometry.ts';
import { barLabel, type Part } from './bar-label.ts';
import { px } from './scales.ts';
import { fittedText } from './text-width.ts';

const ROW_HEIGHT = 28;
/** Deeper rows are not indented further; aria-level still has the depth. */
const MAX_DEPTH = 12;
/** Bars of a smaller share of the trace are widened to be visible. */
const MIN_PERCENT = 0.3;

/** Of the bars on a phone, and between a point and its words. */
const NARROW_PIXELS = 270;
const MOMENT_GAP = 9;

export interface WaterfallRowOptions {
  /** The shown part of the trace's time. */
  readonly startMillis: number;
  readonly durationMillis: number;
  /** The origin of times. */
  readonly whole: { readonly startMillis: number };
  readonly selected: string | undefined;
  hrefOf(spanId: string): string;
  /** Link that collapses or expands a span. */
  toggleOf(spanId: string): string;
}

export function waterfallRow(row: WaterfallRow, options: WaterfallRowOptions): Html {
  if (row.kind === 'span') return spanRow(row, options);
  return row.kind === 'event' ? eventRow(row, options) : logRow(row, options);
}

function gridLines(): Html {
  return html`${[25, 50, 75].map((at) => html`<line class="grid" x1="${at}%" x2="${at}%" y1="0" y2="${ROW_HEIGHT}" />`)}`;
}

const depthClass = (depth: number): string => `depth-${Math.min(depth, MAX_DEPTH)}`;
const after = (millis: number, { whole }: WaterfallRowOptions): string =>
  text(duration(Math.max(0, millis - whole.startMillis)));

/** The side on which something lies outside the shown part; undefined if it is visible. */
function outside(
  fromMillis: number,
  toMillis: number,
  { startMillis, durationMillis }: WaterfallRowOptions,
): 'earlier' | 'later' | undefined {
  if (toMillis < startMillis) return 'earlier';
  return fromMillis > startMillis + durationMillis ? 'later' : undefined;
}

/** Replaces a bar outside the shown part. */
function elsewhere(side: 'earlier' | 'later', words: string, label: string): Html {
  const isLater = side === 'later';
  return html`<svg
    width="100%"
    height="${ROW_HEIGHT}"
    role="img"
    aria-label="${label}, ${side} than the shown part"
  >
    ${gridLines()}
    <text
      class="bar-label elsewhere"
      x="${isLater ? '100%' : '0'}"
      y="18"
      text-anchor="${isLater ? 'end' : 'start'}"
    >
      ${isLater ? `${words} ›` : `‹ ${words}`}
    </text>
  </svg>`;
}

function spanRow(row: SpanLine, options: WaterfallRowOptions): Html {
  const { span, depth } = row.node;
  const failed = span.status === 'error';
  const selected = span.spanId === options.selected;
  const names = [
    `type-${span.type}`,
    ...(selected ? ['selected'] : []),
    ...(row.passing ? ['passing'] : []),
    ...(row.critical ? ['on-path'] : []),
  ];
  return html`<tr
    id="span-${span.spanId}"
    class="${names.join(' ')}"
    aria-level="${depth + 1}"
    ${row.expanded !== undefined && html` aria-expanded="${row.expanded ? 'true' : 'false'}"`}
    ${selected && html` aria-current="true"`}
  >
    <th scope="row" class="${depthClass(depth)}">
      <span class="row-name"
        >${twisty(row, options)}<a
          class="open"
          href="${options.hrefOf(span.spanId)}"
          title="${shownName(span)}"
          ><span class="dot"></span><bdi>${shownName(span)}</bdi></a
        >${row.repeat !== undefined && html` <span class="badge">N+1 ×${row.repeat}</span>`}${failed && html` <span class="badge failed">failed</span>`}</span
      >
    </th>
    <td class="bars">${bar(row, options)}</td>
  </tr>`;
}

function twisty({ node, expanded }: SpanLine, options: WaterfallRowOptions): Html {
  if (expanded === undefined) return html`<span class="twisty"></span>`;
  return html`<a class="twisty" href="${options.toggleOf(node.span.spanId)}"
    ><span class="visually-hidden">${expanded ? 'Collapse' : 'Expand'} ${shownName(node.span)}</span></a
  >`;
}

function bar(row: SpanLine, options: WaterfallRowOptions): Html {
  const { span, selfMillis, waits, waitedMillis } = row.node;
  const { left, width } = barGeometry(
    { startMillis: span.startMillis, durationMillis: row.durationMillis },
    options.startMillis,
    options.durationMillis,
    MIN_PERCENT,
  );
  const side = outside(span.startMillis, span.startMillis + row.durationMillis, options);
  const length = text(duration(row.measuredMillis));
  if (side !== undefined)
    return elsewhere(side, length, `${length}, starts after ${after(span.startMillis, options)}`);
  const shared = row.repeat === undefined && selfMillis < span.durationMillis * 0.995;
  const waited = waitedMillis > 0 ? ` · waited ${text(duration(waitedMillis))}` : '';
  const own = `${waited}${shared ? ` · self ${text(duration(selfMillis))}` : ''}`;
  const many = row.repeat === undefined ? rowsText(span) : `${row.repeat} runs`;
  const rest = [many, span.status === 'error' ? 'failed' : undefined]
    .filter((part) => part !== undefined)
    .map((part) => ` · ${part}`)
    .join('');
  const solid =
    row.repeat !== undefined
      ? [{ left, width }]
      : row.selfIntervals
          .filter(
            (each) =>
              outside(each.startMillis, each.startMillis + each.durationMillis, options) === undefined,
          )
          .map((interval) => barGeometry(interval, options.startMillis, options.durationMillis, MIN_PERCENT))
          .filter((each) => each.width > MIN_PERCENT);
  const hatched = waits.flatMap((wait) => waitPart(wait, options) ?? []);
  return html`<svg
    width="100%"
    height="${ROW_HEIGHT}"
    role="img"
    aria-label="${length}${own}${rest}, starts after ${after(span.startMillis, options)}${row.critical ? ', on the critical path' : ''}"
  >
    ${gridLines()}
    <rect class="bar whole" x="${px(left)}%" width="${px(width)}%" y="7" height="14" rx="2.5" />
    ${solid.map((each) => html`<rect class="bar self" x="${px(each.left)}%" width="${px(each.width)}%" y="7" height="14" />`)}${hatched.map(waitBand)}${row.critical && html`<rect class="critical" x="${px(left)}%" width="${px(width)}%" y="7" height="14" rx="2.5" />`}
    ${barLabel({ whole: { left, width }, solid, hatched }, { length, own, rest })}
  </svg>`;
}

interface WaitPart extends Part {
  readonly wait: WaitInterval;
}

/** The part of the width; undefined if it is not shown. */
function waitPart(wait: WaitInterval, options: WaterfallRowOptions): WaitPart | undefined {
  if (outside(wait.startMillis, wait.startMillis + wait.durationMillis, options) !== undefined)
    return undefined;
  return { wait, ...barGeometry(wait, options.startMillis, options.durationMillis, MIN_PERCENT) };
}

/** Hatched: something else held the event loop. */
function waitBand({ wait, left, width }: WaitPart): Html {
  return html`<g class="wait">
    <title>waited ${text(duration(wait.durationMillis))} for the event loop, blocked by ${wait.by}</title>
    <rect class="ground" x="${px(left)}%" width="${px(width)}%" y="7" height="14" />
    <rect class="hatch" x="${px(left)}%" width="${px(width)}%" y="7" height="14" />
  </g>`;
}

function rowsText(span: SpanRow): string | undefined {
  const rows = span.attributes['db.response.returned_rows'] ?? span.attributes['operation.changed_rows'];
  return typeof rows === 'number' ? `${rows} ${rows === 1 ? 'row' : 'rows'}` : undefined;
}

function eventRow({ event, depth, summary }: EventLine, options: WaterfallRowOptions): Html {
  return html`<tr class="event" aria-level="${depth + 1}">
    <th scope="row" class="${depthClass(depth)}">
      <span class="twisty"></span><span class="diamond" aria-hidden="true">◆</span><bdi>${event.name}</bdi>
    </th>
    <td class="bars">${moment(event.timeMillis, 'event', summary, '◆', options)}</td>
  </tr>`;
}

const GRAVE = new Set(['error', 'fatal']);

function logRow({ log, depth }: LogRow, options: WaterfallRowOptions): Html {
  const grave = GRAVE.has(log.level);
  const more = Object.entries(log.attributes)
    .slice(0, 3)
    .map(([key, value]) => `${key}=${String(value)}`)
    .join(' ');
  const tone = grave ? 'failed' : log.level === 'warn' ? 'slow' : 'quiet';
  return html`<tr class="event log ${tone}" aria-level="${depth + 1}">
    <th scope="row" class="${depthClass(depth)}">
      <span class="twisty"></span
      ><span class="badge ${tone}"><span class="visually-hidden">log, </span>${log.level}</span>
      <bdi title="${log.message}">${log.message}</bdi>
    </th>
    <td class="bars">
      ${moment(log.timeMillis, `log line, ${log.level},`, more, grave ? '▲' : '●', options)}
    </td>
  </tr>`;
}

/** A point in time with its label. */
function moment(
  atMillis: number,
  what: string,
  words: string,
  shape: string,
  options: WaterfallRowOptions,
): Html {
  const side = outside(atMillis, atMillis, options);
  if (side !== undefined) return elsewhere(side, '', `${what} after ${after(atMillis, options)}`);
  const { left } = barGeometry(
    { startMillis: atMillis, durationMillis: 0 },
    options.startMillis,
    options.durationMillis,
    MIN_PERCENT,
  );
  const flip = left > 60;
  const room = ((flip ? left : 100 - left) / 100) * NARROW_PIXELS - MOMENT_GAP;
  return html`<svg
    width="100%"
    height="${ROW_HEIGHT}"
    role="img"
    aria-label="${what} after ${after(atMillis, options)}"
  >
    <title>${words}</title>
    ${gridLines()}
    <text class="diamond" x="${px(left)}%" y="18" text-anchor="middle">${shape}</text>
    <text
      class="bar-label ${flip ? 'before' : 'after'}"
      x="${px(left)}%"
      dx="${flip ? -MOMENT_GAP : MOMENT_GAP}"
      y="18"
      text-anchor="${flip ? 'end' : 'start'}"
    >
      ${fittedText(words, room)}
    </text>
  </svg>`;
}
