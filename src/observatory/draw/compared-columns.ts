import { html, type Html, type HtmlValue } from '../../markup/html.ts';
import { countText, duration, durationCell, figure, rate, share, text } from '../../markup/quantity.ts';
import {
  type ComparedSeries,
  type ComparedSide,
  type Difference,
  isQuantile,
} from '../facts/compared-series.ts';
import type { ComparedRatio } from '../facts/ratio-interval.ts';
import { toldQuantile, uncertain } from '../facts/uncertain-differences.ts';
import type { PageView } from '../page.ts';
import { differenceWords, intervalText, times } from '../sentences/difference-words.ts';
import { badge } from './facts.ts';
import { operationName } from './statement-name.ts';
import type { Column } from './table.ts';

const LABELS: Readonly<Record<Difference, string>> = {
  failed: 'failures',
  p95: 'p95',
  p75: 'p75',
  p50: 'p50',
  rate: 'rate',
  'client errors': '4xx',
};

/** An operation before and after, with what differs. */
export function comparedColumns(view: PageView): readonly Column<ComparedSeries>[] {
  const { links } = view;
  return [
    {
      label: 'operation',
      key: 'operation',
      value: (row) => row.name,
      cell: (row) =>
        html`<span class="swatch type-${row.type}"></span
          >${operationName({ type: row.type, name: row.summary ?? row.name, series: row.name }, links.series(row.type, row.name), row.name)}<span
            class="only-narrow callers"
            >${row.differs.length > 0 ? differenceWords(row) : narrowWords(row)}</span
          >`,
    },
    {
      label: 'differs',
      key: 'differs',
      room: 'mid',
      value: (row) => [...row.differs, ...uncertain(row).map((each) => `${each}?`)].join(' '),
      cell: (row) => {
        const maybe = uncertain(row);
        if (row.differs.length + maybe.length === 0) return html`<span class="zero">–</span>`;
        return html`${row.differs.map((each) => html`${badge(LABELS[each], isWorse(row, each) ? 'failed' : 'quiet')} ${each === 'rate' && row.rate && html`<span class="callers">${ratioCell(row.rate)}</span> `}`)}${maybe.map((each) => html`${badge(`${LABELS[each]}?`, 'quiet')} `)}`;
      },
    },
    ...pair(
      'rate',
      'per_second',
      (side) => side.perSecond,
      (side) => figure(rate(side.perSecond, 1)),
      'wide',
    ),
    ...pair('failed', 'failed', (side) => side.errors, failedOf, 'wide'),
    ...pair(
      'p50',
      'p50_ms',
      (side) => side.durationMillis.p50,
      (side) => durationOf(side, side.durationMillis.p50),
      'wide',
    ),
    ...pair(
      'p95',
      'p95_ms',
      (side) => side.durationMillis.p95,
      (side) => durationOf(side, side.durationMillis.p95),
      'mid',
    ),
    {
      label: 'duration, times',
      key: 'p95_ratio',
      align: 'number',
      value: ({ p95 }) => p95?.ratio,
      cell: (row) => {
        const what = toldQuantile(row);
        if (what === undefined) return ratioCell(undefined);
        const isMarked = row.differs.includes(what);
        return html`<span class="${isMarked ? '' : 'zero'}">${ratioCell(row[what])}</span>
          <span class="unit">${what}</span>`;
      },
    },
  ];
}

/** With a pair that has no room on a page: a row says it where it tells of it. */
export function comparedSheetColumns(view: PageView): readonly Column<ComparedSeries>[] {
  const p75 = (side: ComparedSide): number => side.durationMillis.p75;
  return [
    ...comparedColumns(view),
    ...pair('p75', 'p75_ms', p75, (side) => durationOf(side, p75(side)), 'wide'),
  ];
}

/** Before and after in two columns of a table, three of a sheet. */
function pair(
  label: string,
  key: string,
  value: (side: ComparedSide) => number,
  cell: (side: ComparedSide) => HtmlValue,
  room: 'mid' | 'wide',
): readonly Column<ComparedSeries>[] {
  return [
    {
      label: `${label} before`,
      key: `${key}_before`,
      align: 'number',
      room,
      value: ({ before }) => value(before),
      cell: ({ before }) => cell(before),
    },
    {
      label: 'after',
      key,
      align: 'number',
      room,
      value: ({ after }) => value(after),
      cell: ({ after }) => cell(after),
    },
  ];
}

/** Without operations there is no duration. */
export const durationOf = ({ count }: ComparedSide, millis: number): HtmlValue =>
  count === 0 ? html`<span class="zero">–</span>` : durationCell(millis);

/** Failures with their share. */
export function failedOf({ errors, count }: ComparedSide): HtmlValue {
  if (errors === 0) return html`<span class="zero">0</span>`;
  return html`<span class="tone-failed">${countText(errors)}</span>
    <span class="unit">${text(share(errors / count))}</span>`;
}

/** After as a multiple of before, with its interval. */
export function ratioCell(ratio: ComparedRatio | undefined): Html {
  if (ratio === undefined) return html`<span class="zero">too few</span>`;
  return html`×${times(ratio.ratio)} <span class="unit">${intervalText(ratio)}</span>`;
}

function isWorse(row: ComparedSeries, what: Difference): boolean {
  const { before, after } = row;
  if (what === 'failed') return after.errors / after.count > before.errors / before.count;
  return isQuantile(what) && (row[what]?.ratio ?? 1) > 1;
}

/** What a narrow table has no columns for. */
function narrowWords(row: ComparedSeries): string {
  const { before, after } = row;
  const what = toldQuantile(row) ?? 'p95';
  const told = (side: ComparedSide): string =>
    side.count === 0 ? '–' : text(duration(side.durationMillis[what]));
  const failed =
    before.errors + after.errors > 0
      ? `, failed ${countText(before.errors)} → ${countText(after.errors)}`
      : '';
  return `${what} ${told(before)} → ${told(after)}${failed}`;
}
