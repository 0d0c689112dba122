import { durationCell } from '../../markup/quantity.ts';
import { moment } from '../format/moment.ts';
import type { PageView } from '../page.ts';
import type { Column } from './table.ts';

export function whenColumn<T extends { readonly startMillis: number }>({ now }: PageView): Column<T> {
  return {
    label: 'when',
    key: 'when',
    value: (row) => row.startMillis,
    file: (row) => new Date(row.startMillis).toISOString(),
    cell: (row) => moment(row.startMillis, now),
  };
}

export function durationColumn<T extends { readonly durationMillis: number }>(): Column<T> {
  return {
    label: 'duration',
    key: 'duration_ms',
    align: 'number',
    value: (row) => row.durationMillis,
    cell: (row) => durationCell(row.durationMillis),
  };
}
