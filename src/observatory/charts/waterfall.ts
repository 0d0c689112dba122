import { html, type Html } from '../../markup/html.ts';
import { countText, duration, text } from '../../markup/quantity.ts';
import type { SpanLine, WaterfallRow } from '../trace/waterfall-rows.ts';
import { barGeometry } from './bar-geometry.ts';
import { px } from './scales.ts';
import { waterfallRow, type WaterfallRowOptions } from './waterfall-row.ts';

/** About 400 KB of page, 30 KB compressed; longer traces are paged. */
export const MAX_WATERFALL_ROWS = 500;
/** Limits of the mini map: height and number of lines. */
const MAX_MAP_HEIGHT = 64;
const MAX_MAP_PITCH = 4;
const MAX_MAP_LINES = 1000;
/** With fewer rows there is no mini map. */
const MIN_MAP_LINES = 8;

export interface WaterfallOptions extends WaterfallRowOptions {
  /** The first row of the requested page; default: the page with the selected span. */
  readonly line: number | undefined;
  /** Link to the page from another row on. */
  lineHref(line: number): string;
  /** The whole trace; `startMillis` and `durationMillis` are the shown part. */
  readonly whole: { readonly startMillis: number; readonly durationMillis: number };
  /** Link to another part; its ends are added as `zoom`. */
  readonly zoomHref: string;
}

/** Spans in tree order, one per row: name, bar, events and log lines. Scrolls in its own box. */
export function waterfall(rows: readonly WaterfallRow[], options: WaterfallOptions): Html {
  const { durationMillis, whole } = options;
  const offset = options.startMillis - whole.startMillis;
  const at = (part: number): string => text(duration(offset + durationMillis * part));
  if (rows.length === 0) return html`<p class="quiet">No span of this trace matches the filter.</p>`;
  const first = firstLine(rows, options);
  const shown = rows.slice(first, first + MAX_WATERFALL_ROWS);
  const ticks = [0, 0.25, 0.5, 0.75, 1];
  return html`${miniMap(rows, options)}
    <div class="scroll waterfall-box" tabindex="0" role="group" aria-label="Waterfall">
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
                aria-label="from ${offset > 0 ? at(0) : '0'} to ${at(1)}"
              >
                ${ticks.map((tick) => html`<text class="axis ${tick % 0.5 > 0 && 'quarter'}" x="${tick * 100}%" y="12" text-anchor="${tick === 0 ? 'start' : tick === 1 ? 'end' : 'middle'}">${tick === 0 && offset === 0 ? '0' : at(tick)}</text>`)}
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

/** The mini map: the whole trace with a line per span; dragging selects a part. */
function miniMap(rows: readonly WaterfallRow[], options: WaterfallOptions): Html {
  const { whole, startMillis, durationMillis, zoomHref } = options;
  const zoomed = durationMillis < whole.durationMillis;
  const spans = rows.filter((row): row is SpanLine => row.kind === 'span').slice(0, MAX_MAP_LINES);
  if (spans.length < MIN_MAP_LINES && !zoomed) return html``;
  const pitch = Math.min(MAX_MAP_PITCH, MAX_MAP_HEIGHT / spans.length);
  const height = Math.max(12, Math.ceil(spans.length * pitch) + 4);
  const shown = barGeometry({ startMillis, durationMillis }, whole.startMillis, whole.durationMillis);
  return html`<div class="mini-map" aria-hidden="true" title="Drag across a part to zoom in">
    <svg
      class="chart"
      width="100%"
      height="${height}"
      data-from="0"
      data-to="${Number(whole.durationMillis.toFixed(4))}"
      data-height="${height}"
      data-zoom="${zoomHref}"
    >
      ${zoomed && html`<rect class="window" x="${px(shown.left)}%" width="${px(shown.width)}%" height="${height}" />`}
      ${spans.map((row, index) => {
        const { left, width } = barGeometry(
          { startMillis: row.node.span.startMillis, durationMillis: row.durationMillis },
          whole.startMillis,
          whole.durationMillis,
        );
        return html`<rect
          class="bar type-${row.node.span.status === 'error' ? 'failed' : row.node.span.type}"
          x="${px(left)}%"
          width="${px(width)}%"
          y="${px(index * pitch + 2)}"
          height="${px(Math.max(0.7, pitch / 2))}"
        />`;
      })}
    </svg>
  </div>`;
}
