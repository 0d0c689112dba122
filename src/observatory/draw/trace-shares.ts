import type { OperationType, TraceDetail } from '../../../otel/query.ts';
import { html, type Html } from '../../markup/html.ts';
import { panel } from '../charts/frame.ts';
import { fittedLabel } from '../charts/fitted-label.ts';
import { px } from '../charts/scales.ts';
import { countText, duration, durationCell, share, text } from '../../markup/quantity.ts';
import { OWN_WORDS } from '../format/own-words.ts';
import { shortened } from '../format/shortened.ts';
import { shownName } from '../format/shown-name.ts';
import { criticalPath, type CriticalSegment } from '../trace/critical-path.ts';
import { threadOf } from '../trace/attribute-of.ts';
import { type Interval, without } from '../trace/intervals.ts';
import { partOf } from '../trace/part-of.ts';
import type { SpanNode } from '../trace/span-tree.ts';
import { operationName } from './statement-name.ts';

/** Limits: a step in a strip must be visible, a table readable. */
const MAX_SEGMENTS = 300;
const MAX_ROWS = 30;
const MAX_NAME = 200;
const MIN_PERCENT = 0.4;

interface Share {
  readonly series: string;
  readonly name: string;
  readonly type: OperationType;
  count: number;
  totalMillis: number;
  selfMillis: number;
  criticalMillis: number;
  longest: SpanNode;
}

function sharesByOperation(nodes: readonly SpanNode[]): readonly Share[] {
  const shares = new Map<string, Share>();
  for (const node of nodes) {
    const { span, selfMillis, criticalMillis } = node;
    const key = `${span.type} ${span.series}`;
    const known = shares.get(key);
    if (known === undefined) {
      const { series, name, type } = span;
      const totalMillis = span.durationMillis;
      shares.set(key, {
        series,
        name,
        type,
        count: 1,
        totalMillis,
        selfMillis,
        criticalMillis,
        longest: node,
      });
      continue;
    }
    known.count += 1;
    known.totalMillis += span.durationMillis;
    known.selfMillis += selfMillis;
    known.criticalMillis += criticalMillis;
    if (span.durationMillis > known.longest.span.durationMillis) known.longest = node;
  }
  return [...shares.values()].sort(
    (a, b) => b.criticalMillis - a.criticalMillis || b.selfMillis - a.selfMillis,
  );
}

/** The critical path as a strip; under it every operation with total, self time and part of the path. */
export function tracePaths(
  nodes: readonly SpanNode[],
  trace: TraceDetail,
  hrefOf: (spanId: string) => string,
): Html {
  const [root] = nodes;
  if (root === undefined) return html``;
  const length = root.span.durationMillis > 0 ? root.span.durationMillis : 1;
  const rows = sharesByOperation(nodes);
  const waited = nodes.reduce((sum, node) => sum + node.waitedMillis, 0);
  return panel({
    className: 'critical-panel',
    title: 'Critical path',
    note:
      waited > 0
        ? 'what the response waited for; hatched: the event loop, which other requests blocked'
        : 'what the response waited for; make these steps faster to speed it up',
    body: html`${strip(root, length, hrefOf)}
      <div class="scroll" tabindex="0" role="group" aria-label="Operations of the trace">
        <table class="rows">
          <caption class="visually-hidden">
            Operations of the trace by their part of the critical path
          </caption>
          <thead>
            <tr>
              <th scope="col">operation</th>
              <th scope="col" class="number room-mid">spans</th>
              <th scope="col" class="number room-mid">total</th>
              <th scope="col" class="number room-mid">self</th>
              <th scope="col" class="number">on the path</th>
              <th scope="col" class="number">share</th>
            </tr>
          </thead>
          <tbody>
            ${waited > 0 && waitRow(waited, length)}
            ${rows.slice(0, MAX_ROWS).map(
              (row) =>
                html`<tr>
                  <th scope="row">
                    <span class="swatch type-${row.type}"></span
                    >${operationName(row, hrefOf(row.longest.span.spanId))}${rowNote(row, root)}
                  </th>
                  <td class="number room-mid">${countText(row.count)}</td>
                  <td class="number room-mid">${durationCell(row.totalMillis)}</td>
                  <td class="number room-mid">${durationCell(row.selfMillis)}</td>
                  <td class="number">
                    ${row.criticalMillis > 0 ? durationCell(row.criticalMillis) : html`<span class="zero">0</span>`}
                  </td>
                  <td class="number">
                    ${row.criticalMillis > 0 ? text(share(partOf(row.criticalMillis, length))) : html`<span class="zero">–</span>`}
                  </td>
                </tr>`,
            )}
            ${rows.length > MAX_ROWS && sumRow(`${countText(rows.length - MAX_ROWS)} more`, sumOnPath(rows.slice(MAX_ROWS)), length)}
            ${sumRow('all', sumOnPath(rows) + waited, length)}
          </tbody>
        </table>
      </div>
      ${rows.length > MAX_ROWS && html`<p class="quiet">First ${MAX_ROWS} of ${countText(rows.length)} operations, of ${countText(trace.spanCount)} spans.</p>`}`,
  });
}

/** What the time of the request itself is, and what ran in another thread. */
function rowNote({ longest: { span }, criticalMillis }: Share, root: SpanNode): Html {
  if (span.type === 'database' && threadOf(span) !== undefined)
    return html` <span class="note">in another thread</span>`;
  const isOwn = span === root.span && span.type === 'http' && criticalMillis > 0;
  return isOwn ? html` <span class="note wrap">itself: ${OWN_WORDS}</span>` : html``;
}

function sumOnPath(rows: readonly Share[]): number {
  return rows.reduce((sum, { criticalMillis }) => sum + criticalMillis, 0);
}

function sumRow(name: string, millis: number, length: number): Html {
  return html`<tr>
    <th scope="row"><b>${name}</b></th>
    <td class="room-mid"></td>
    <td class="room-mid"></td>
    <td class="room-mid"></td>
    <td class="number">${durationCell(millis)}</td>
    <td class="number">${text(share(partOf(millis, length)))}</td>
  </tr>`;
}

/** On the path as a whole: while the loop is held, nothing goes on. */
function waitRow(waitedMillis: number, length: number): Html {
  return html`<tr>
    <th scope="row"><span class="swatch wait"></span>waiting for the event loop</th>
    <td class="number room-mid"><span class="zero">–</span></td>
    <td class="number room-mid">${durationCell(waitedMillis)}</td>
    <td class="number room-mid"><span class="zero">–</span></td>
    <td class="number">${durationCell(waitedMillis)}</td>
    <td class="number">${text(share(partOf(waitedMillis, length)))}</td>
  </tr>`;
}

interface Step {
  readonly node: SpanNode;
  readonly startMillis: number;
  readonly durationMillis: number;
  /** Number of short segments merged into this one. */
  readonly count: number;
}

/** Segments by time; neighbours that are too short to see are merged, under the name of the longest. */
function stepsOf(root: SpanNode, length: number): readonly Step[] {
  const steps: Step[] = [];
  let short: CriticalSegment<SpanNode>[] = [];
  const close = (): void => {
    const [first] = short;
    if (first === undefined) return;
    const last = short.at(-1)!;
    steps.push({
      node: short.reduce((a, b) => (b.durationMillis > a.durationMillis ? b : a)).node,
      startMillis: first.startMillis,
      durationMillis: last.startMillis + last.durationMillis - first.startMillis,
      count: short.length,
    });
    short = [];
  };
  for (const segment of criticalPath(root)) {
    if ((segment.durationMillis / length) * 100 < MIN_PERCENT) short.push(segment);
    else {
      close();
      steps.push({ ...segment, count: 1 });
    }
  }
  close();
  return steps;
}

/** The longest part without hatching, which has the label. */
function widestFree(step: Interval, waits: readonly Interval[]): Interval {
  return without(step, waits).reduce<Interval>(
    (most, part) => (part.durationMillis > most.durationMillis ? part : most),
    { startMillis: step.startMillis, durationMillis: 0 },
  );
}

function strip(root: SpanNode, length: number, hrefOf: (spanId: string) => string): Html {
  return html`<div class="scroll critical-strip" tabindex="0" role="group" aria-label="Critical path">
    <svg width="100%" height="26" role="group" aria-label="Critical path in time">
      <rect class="ground" width="100%" height="22" y="2" rx="3" />
      ${stepsOf(root, length)
        .slice(0, MAX_SEGMENTS)
        .map(({ node, startMillis, durationMillis, count }) => {
          const name =
            count === 1
              ? shortened(shownName(node.span), MAX_NAME)
              : `${countText(count)} short steps, the longest in ${shortened(shownName(node.span), MAX_NAME)}`;
          const stepLabel = `${name}: ${text(duration(durationMillis))}, ${text(share(partOf(durationMillis, length)))} of the path`;
          const width = (durationMillis / length) * 100;
          const free = widestFree({ startMillis, durationMillis }, root.waits);
          const room = (free.durationMillis / length) * 100;
          const at = ((free.startMillis - startMillis) / Math.max(1e-9, durationMillis)) * 100;
          return html`<a
            class="frame type-${node.span.type}"
            href="${hrefOf(node.span.spanId)}"
            aria-label="${stepLabel}"
            ><title>${stepLabel}</title
            ><svg
              x="${px(((startMillis - root.span.startMillis) / length) * 100)}%"
              y="2"
              width="${px(width)}%"
              height="22"
            >
              <rect width="100%" height="22" />
              ${count === 1 && html`<text x="${px(at)}%" dx="7" y="15">${fittedLabel(name, text(duration(durationMillis)), room, node.span.type === 'database')}</text>`}
            </svg></a
          >`;
        })}
      ${root.waits.map(
        (wait) =>
          html`<rect
            class="wait"
            x="${px(((wait.startMillis - root.span.startMillis) / length) * 100)}%"
            y="2"
            width="${px((wait.durationMillis / length) * 100)}%"
            height="22"
            ><title>
              waited ${text(duration(wait.durationMillis))} for the event loop, blocked by ${wait.by}
            </title></rect
          >`,
      )}
    </svg>
  </div>`;
}
