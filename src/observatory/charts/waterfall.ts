import type { SpanRow } from '../../../otel/query.ts';
import { html, type Html } from '../../views/html.ts';
import { countText, duration, text } from '../format/quantity.ts';
import type { WaterfallRow } from '../trace/waterfall-rows.ts';
import { px } from './scales.ts';

const ROW_HEIGHT = 28;
const MAX_DEPTH = 12;
/** About 600 KB of page; what is longer is read by its filter or as JSON. */
const MAX_ROWS = 1000;
/** Shorter than this share of the trace would not be seen. */
const MIN_PERCENT = 0.3;

export interface WaterfallOptions {
  readonly startMillis: number;
  readonly durationMillis: number;
  readonly selected: string | undefined;
  hrefOf(spanId: string): string;
}

/** Percent of the trace, held inside it; spans may begin before their root or end after it. */
export function barGeometry(
  span: Pick<SpanRow, 'startMillis' | 'durationMillis'>,
  startMillis: number,
  durationMillis: number,
): { readonly left: number; readonly width: number } {
  const whole = durationMillis > 0 ? durationMillis : 1;
  const clamp = (value: number): number => (Number.isFinite(value) ? Math.min(100, Math.max(0, value)) : 0);
  const left = clamp(((span.startMillis - startMillis) / whole) * 100);
  const right = clamp(((span.startMillis + span.durationMillis - startMillis) / whole) * 100);
  const width = Math.max(right - left, MIN_PERCENT);
  return { left: Math.min(left, 100 - width), width };
}

/** Spans in tree order, each a row: its name at its depth, its bar in time, its events. Scrolls in its own box. */
export function waterfall(rows: readonly WaterfallRow[], options: WaterfallOptions): Html {
  const { durationMillis } = options;
  const ticks = [0, 0.25, 0.5, 0.75, 1];
  return html`${miniMap(rows, options)}
    <div class="scroll" tabindex="0" role="group" aria-label="Waterfall">
      <table class="waterfall">
        <thead>
          <tr>
            <th scope="col">operation</th>
            <th scope="col" class="bars">
              <svg
                width="100%"
                height="16"
                role="img"
                aria-label="from 0 to ${text(duration(durationMillis))}"
              >
                ${ticks.map((tick) => html`<text class="axis" x="${tick * 100}%" y="12" text-anchor="${tick === 0 ? 'start' : tick === 1 ? 'end' : 'middle'}">${tick === 0 ? '0' : text(duration(durationMillis * tick))}</text>`)}
              </svg>
            </th>
          </tr>
        </thead>
        <tbody>
          ${rows.slice(0, MAX_ROWS).map((row) => (row.kind === 'event' ? eventRow(row, options) : spanRow(row, options)))}
        </tbody>
      </table>
    </div>
    ${rows.length > MAX_ROWS && html`<p class="quiet">First ${countText(MAX_ROWS)} of ${countText(rows.length)} lines.</p>`}`;
}

function gridLines(): Html {
  return html`${[25, 50, 75].map((at) => html`<line class="grid" x1="${at}%" x2="${at}%" y1="0" y2="${ROW_HEIGHT}" />`)}`;
}

function spanRow(row: Extract<WaterfallRow, { kind: 'span' }>, options: WaterfallOptions): Html {
  const { node, repeat } = row;
  const { span } = node;
  const { left, width } = barGeometry(
    { startMillis: span.startMillis, durationMillis: row.durationMillis },
    options.startMillis,
    options.durationMillis,
  );
  const failed = span.status === 'error';
  const selected = span.spanId === options.selected;
  const label = [text(duration(row.durationMillis)), rowsText(span), failed ? 'failed' : undefined]
    .filter((part) => part !== undefined)
    .join(' · ');
  const solid =
    repeat !== undefined
      ? []
      : row.selfIntervals
          .map((interval) => barGeometry(interval, options.startMillis, options.durationMillis))
          .filter((each) => each.width > MIN_PERCENT);
  const filled = solid.reduce((sum, each) => sum + each.width, 0) > width * 0.6;
  const place = width > 45 ? 'inside' : left + width < 68 ? 'after' : 'before';
  const x = place === 'inside' || place === 'before' ? left : left + width;
  return html`<tr
    id="span-${span.spanId}"
    class="type-${span.type}${selected ? ' selected' : ''}"
    ${selected && html` aria-current="true"`}
  >
    <th scope="row" class="depth-${Math.min(node.depth, MAX_DEPTH)}">
      <a href="${options.hrefOf(span.spanId)}" title="${span.name}"
        ><span class="dot"></span><bdi>${span.name}</bdi></a
      >${repeat !== undefined && html` <span class="badge">N+1 ×${repeat}</span>`}${failed && html` <span class="badge failed">failed</span>`}
    </th>
    <td class="bars">
      <svg
        width="100%"
        height="${ROW_HEIGHT}"
        role="img"
        aria-label="${label}, starts after ${text(duration(Math.max(0, span.startMillis - options.startMillis)))}${row.critical ? ', on the critical path' : ''}"
      >
        ${gridLines()}
        <rect class="bar whole" x="${px(left)}%" width="${px(width)}%" y="7" height="14" rx="2.5" />
        ${solid.map(
          (each) =>
            html`<rect
              class="bar self"
              x="${px(each.left)}%"
              width="${px(each.width)}%"
              y="7"
              height="14"
            />`,
        )}${row.critical && html`<rect class="critical" x="${px(left)}%" width="${px(width)}%" y="7" height="14" rx="2.5" />`}
        <text
          class="bar-label ${place}${filled ? ' filled' : ''}"
          x="${px(x)}%"
          dx="${place === 'before' ? -6 : 6}"
          y="18"
          text-anchor="${place === 'before' ? 'end' : 'start'}"
        >
          ${label}
        </text>
      </svg>
    </td>
  </tr>`;
}

function rowsText(span: SpanRow): string | undefined {
  const rows = span.attributes['db.response.returned_rows'] ?? span.attributes['db.response.changed_rows'];
  return typeof rows === 'number' ? `${rows} ${rows === 1 ? 'row' : 'rows'}` : undefined;
}

function eventRow(row: Extract<WaterfallRow, { kind: 'event' }>, options: WaterfallOptions): Html {
  const { left } = barGeometry(
    { startMillis: row.event.timeMillis, durationMillis: 0 },
    options.startMillis,
    options.durationMillis,
  );
  const flip = left > 60;
  return html`<tr class="event">
    <th scope="row" class="depth-${Math.min(row.depth, MAX_DEPTH)}">
      <span class="diamond" aria-hidden="true">◆</span><bdi>${row.event.name}</bdi>
    </th>
    <td class="bars">
      <svg
        width="100%"
        height="${ROW_HEIGHT}"
        role="img"
        aria-label="event after ${text(duration(Math.max(0, row.event.timeMillis - options.startMillis)))}"
      >
        ${gridLines()}
        <text class="diamond" x="${px(left)}%" y="18" text-anchor="middle">◆</text>
        <text
          class="bar-label ${flip ? 'before' : 'after'}"
          x="${px(left)}%"
          dx="${flip ? -9 : 9}"
          y="18"
          text-anchor="${flip ? 'end' : 'start'}"
        >
          ${row.summary}
        </text>
      </svg>
    </td>
  </tr>`;
}

/** The whole trace in a strip: one line per span, at most 40. */
function miniMap(rows: readonly WaterfallRow[], options: WaterfallOptions): Html {
  const spans = rows.filter((row) => row.kind === 'span').slice(0, 40);
  const height = spans.length * 4 + 4;
  return html`<div class="mini-map" aria-hidden="true">
    <svg width="100%" height="${height}">
      ${spans.map((row, index) => {
        const { left, width } = barGeometry(
          { startMillis: row.node.span.startMillis, durationMillis: row.durationMillis },
          options.startMillis,
          options.durationMillis,
        );
        return html`<rect
          class="bar type-${row.node.span.type}"
          x="${px(left)}%"
          width="${px(width)}%"
          y="${index * 4 + 2}"
          height="2"
        />`;
      })}
    </svg>
  </div>`;
}
