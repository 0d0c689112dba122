import type { TopRow } from '../../../otel/query.ts';
import { html, type Html } from '../../markup/html.ts';
import type { TopLine } from '../facts/top-lines.ts';
import type { PageView } from '../page.ts';
import type { Column } from './table.ts';
import { seenAt } from './top-tables.ts';

/** What a row has in columns that a phone has no room for, folded beside those that it has. */
export function narrowDetails<Row extends TopRow>(
  contentOf: (row: Row) => Html,
  view: PageView,
): Column<TopLine<Row>> {
  return {
    label: 'details',
    room: 'narrow',
    cell: (line) =>
      line.kind === 'listed' &&
      html`<details class="more-of" data-key="more">
        <summary aria-label="more of ${line.row.value}">more</summary>
        <div class="callers">${contentOf(line.row)}<br />first ${seenAt(line.row, 'first', view)}</div>
      </details>`,
  };
}
