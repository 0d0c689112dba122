import type { OperationType } from '../../../otel/query.ts';
import { html, type Html } from '../../markup/html.ts';
import { columnUnit, inUnit } from '../../markup/quantity.ts';
import { shareBar } from '../charts/sparkline.ts';
import { moment } from '../format/moment.ts';
import type { PageView } from '../page.ts';
import type { Column } from './table.ts';

interface Started {
  readonly startMillis: number;
}

interface Timed {
  readonly type: OperationType;
  readonly durationMillis: number;
}

/** To the millisecond; ISO 8601 in files. */
export function whenColumn<T extends Started>({ now }: PageView, room?: Column<T>['room']): Column<T> {
  return {
    label: 'when',
    key: 'when',
    room,
    value: (row) => row.startMillis,
    file: (row) => isoTime(row.startMillis),
    cell: (row) => moment(row.startMillis, now, true),
  };
}

/**
 * All in one unit, with a bar of the share of the longest.
 *
 * @param rows All rows of the table.
 */
export function durationColumn<T extends Timed>(rows: readonly Timed[]): Column<T> {
  const longest = rows.reduce((max, { durationMillis }) => Math.max(max, durationMillis), 0);
  const unit = columnUnit(longest);
  return {
    label: `duration (${unit.unit})`,
    key: 'duration_ms',
    align: 'number',
    value: (row) => row.durationMillis,
    cell: ({ type, durationMillis }) =>
      html`<span class="duration-cell"
        >${inUnit(durationMillis, unit)} ${shareBar(type, durationMillis / longest, true)}</span
      >`,
  };
}

/** Time and duration; in a narrow table the time stands under the duration. */
export function timeColumns<T extends Started & Timed>(
  view: PageView,
  rows: readonly Timed[],
): readonly Column<T>[] {
  const [when, took] = [whenColumn<T>(view, 'mid'), durationColumn<T>(rows)];
  const both = (row: T): Html =>
    html`${took.cell(row)}<span class="only-narrow callers">${when.cell(row)}</span>`;
  return [when, { ...took, cell: both }];
}

/** Empty for a time that no date has. */
export function isoTime(millis: number): string {
  const at = new Date(millis);
  return Number.isNaN(at.getTime()) ? '' : at.toISOString();
}
