import { html } from '../../markup/html.ts';
import { shareBar, sparkline } from '../charts/sparkline.ts';
import { share, text } from '../../markup/quantity.ts';
import type { PageView } from '../page.ts';
import { seriesName } from './facts.ts';
import { callersOf, ends, routeColumns, statementColumns } from './series-tables.ts';
import type { SeriesLine } from '../facts/series-lines.ts';
import { tellApart } from '../format/statement-words.ts';
import { statementName } from './statement-name.ts';
import type { Column } from './table.ts';

/** Series as the overview shows them: two lines per row for routes and statements, so that the two tables have the same height. */
export function briefColumns(
  type: 'http' | 'database',
  view: PageView,
  rows: readonly SeriesLine[],
): readonly Column<SeriesLine>[] {
  const all = type === 'http' ? routeColumns(view) : statementColumns(view, []);
  const apart = type === 'http' ? new Map<string, string>() : tellApart(rows);
  const of = (key: string, room?: Column<SeriesLine>['room']): Column<SeriesLine> => ({
    ...all.find((column) => column.key === key)!,
    room,
  });
  const name: Column<SeriesLine> = {
    label: type === 'http' ? 'route' : 'statement',
    cell: (row) =>
      html`<span class="clip" title="${row.text ?? row.name}"
          >${
            type === 'http'
              ? seriesName(row.name, view.links.series(type, row.name))
              : statementName(row, apart.get(row.name), view.links.series(type, row.name))
          }</span
        >
        <span class="clip">${type === 'http' ? ends(row, view) : callersOf(row, view)}</span>`,
  };
  const timeShare: Column<SeriesLine> = {
    label: 'share',
    cell: (row) =>
      html`<span class="share-cell"
        >${shareBar(type, ownShare(row), true)} ${text(share(ownShare(row)))}</span
      >`,
  };
  return type === 'http'
    ? [
        name,
        of('per_second', 'mid'),
        of('p50_ms', 'mid'),
        of('p95_ms'),
        of('p99_ms', 'mid'),
        timeShare,
        { label: 'over time', room: 'wide', cell: (row) => sparkline('http', row.course, 60) },
      ]
    : [name, of('per_second', 'mid'), of('p50_ms', 'mid'), of('p99_ms'), timeShare];
}

/** Less waiting for the event loop, which is what the rows are in the order of. */
function ownShare({ timeShare, totalMillis, waitedMillis = 0 }: SeriesLine): number {
  return totalMillis > 0 ? timeShare * (1 - waitedMillis / totalMillis) : 0;
}
