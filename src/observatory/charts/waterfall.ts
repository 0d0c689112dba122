import { html, type Html } from '../../views/html.ts';
import { countText, duration, text } from '../format/quantity.ts';
import type { SpanLine, WaterfallRow } from '../trace/waterfall-rows.ts';
import { barGeometry } from './bar-geometry.ts';
import { px } from './scales.ts';
import { waterfallRow, type WaterfallRowOptions } from './waterfall-row.ts';

/** About 400 KB of page, 30 KB compressed; what is longer is paged. */
export const MAX_WATERFALL_ROWS = 500;
const MAX_MAP_LINES = 40;

export interface WaterfallOptions extends WaterfallRowOptions {
  /** The first line of the page asked for; without it the page that has the selected span. */
  readonly line: number | undefined;
  /** Where the same page is from another line on. */
  lineHref(line: number): string;
}

/** Spans in tree order, each a row: its name at its depth, its bar in time, its events and lines of the log. Scrolls in its own box. */
export function waterfall(rows: readonly WaterfallRow[], options: WaterfallOptions): Html {
  const { durationMillis } = options;
  if (rows.length === 0)
    return html`<p class="quiet">No span of this trace matches. Take a part of the filter away.</p>`;
  const first = firstLine(rows, options);
  const shown = rows.slice(first, first + MAX_WATERFALL_ROWS);
  const ticks = [0, 0.25, 0.5, 0.75, 1];
  return html`${miniMap(rows, options)}
    <div class="scroll" tabindex="0" role="group" aria-label="Waterfall">
      <table
        class="waterfall"
        role="treegrid"
        aria-label="Spans of the trace"
        ${shown.length < rows.length && html` aria-rowcount="${rows.length + 1}"`}
      >
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
          ${shown.map((row) => waterfallRow(row, options))}
        </tbody>
      </table>
    </div>
    ${shown.length < rows.length && pager(first, shown.length, rows.length, options)}`;
}

function firstLine(rows: readonly WaterfallRow[], { line, selected }: WaterfallOptions): number {
  const wanted = line ?? rows.findIndex((row) => row.kind === 'span' && row.node.span.spanId === selected);
  const within = Math.min(Math.max(0, wanted), rows.length - 1);
  return Math.floor(within / MAX_WATERFALL_ROWS) * MAX_WATERFALL_ROWS;
}

function pager(first: number, count: number, total: number, { lineHref }: WaterfallOptions): Html {
  const link = (line: number, words: string): Html =>
    html`<a class="button" href="${lineHref(line)}">${words}</a>`;
  return html`<nav class="pager" aria-label="Lines of the waterfall">
    ${first > 0 && link(first - MAX_WATERFALL_ROWS, 'Earlier lines')}
    <span class="quiet"
      >Lines ${countText(first + 1)} to ${countText(first + count)} of ${countText(total)}.</span
    >
    ${first + count < total && link(first + MAX_WATERFALL_ROWS, 'Later lines')}
  </nav>`;
}

/** The whole trace in a strip: one line per span, at most 40. */
function miniMap(rows: readonly WaterfallRow[], options: WaterfallOptions): Html {
  const spans: SpanLine[] = [];
  for (const row of rows) {
    if (row.kind === 'span') spans.push(row);
    if (spans.length === MAX_MAP_LINES) break;
  }
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
