import { html, type Html } from '../markup/html.ts';

/** The head of a column: its label, which may be for screen readers alone, or give way on narrow screens as times do. */
type Column = string | { readonly label: string; readonly isHidden?: true; readonly isTime?: true };

const ACTIONS: Column = { label: 'Actions', isHidden: true };

/** A list of what the owner has; the last column of each row has its actions. */
export function adminTable(
  caption: string,
  columns: readonly Column[],
  rows: readonly Html[],
  kind?: 'media-table',
): Html {
  return html`<table class="post-table${kind !== undefined && ` ${kind}`}">
    <caption class="visually-hidden">
      ${caption}
    </caption>
    <thead>
      <tr>
        ${[...columns, ACTIONS].map(columnHead)}
      </tr>
    </thead>
    <tbody>
      ${rows}
    </tbody>
  </table>`;
}

function columnHead(column: Column): Html {
  const { label, isHidden, isTime } = typeof column === 'string' ? { label: column } : column;
  return html`<th scope="col" ${isTime && html` class="when"`}>
    ${isHidden ? html`<span class="visually-hidden">${label}</span>` : label}
  </th>`;
}
