import type { LiveSettings, SettingChange } from '../../../otel/query.ts';
import { html, type Html } from '../../markup/html.ts';
import { panel } from '../charts/frame.ts';
import { moment } from '../format/moment.ts';
import type { PageView } from '../page.ts';
import { breakable } from './facts.ts';
import { drawTable, type Column } from './table.ts';

interface ChangeRow extends SettingChange {
  readonly atMillis: number;
  readonly who: string;
}

/** One row per setting, newest first. */
export function changeRows({ changes }: LiveSettings): readonly ChangeRow[] {
  return changes
    .toReversed()
    .flatMap(({ atMillis, who, changes: each }) => each.map((change) => ({ ...change, atMillis, who })));
}

/** Old and new value. */
export const CHANGE_COLUMNS: readonly Column<SettingChange>[] = [
  {
    label: 'setting',
    key: 'setting',
    value: ({ name }) => name,
    cell: ({ name }) => html`<code class="wrap">${breakable(name)}</code>`,
  },
  {
    label: 'from',
    key: 'from',
    value: ({ from }) => from,
    cell: ({ from }) => html`<code class="setting-value">${from}</code>`,
  },
  {
    label: 'to',
    key: 'to',
    value: ({ to }) => to,
    cell: ({ to, by }) =>
      html`<code class="setting-value">${to}</code
        >${by !== 'page' && html`<span class="meaning">reverted: ${BACK_TO[by]}</span>`}`,
  },
];

const BACK_TO: Readonly<Record<Exclude<SettingChange['by'], 'page'>, string>> = {
  environment: 'value of the environment',
  '.env': 'value of .env',
  default: 'the default',
};

/** Every change of a setting, and who made it. */
export function changesPanel(live: LiveSettings, view: PageView): Html {
  const columns: readonly Column<ChangeRow>[] = [
    { label: 'when', cell: ({ atMillis }) => moment(atMillis, view.now) },
    ...CHANGE_COLUMNS,
    { label: 'by', room: 'mid', cell: ({ who }) => html`<span class="wrap">${who}</span>` },
  ];
  return panel({
    title: 'Changes',
    note: live.lasts ? 'also marked on every time chart' : 'this process only: there is no history file',
    body: drawTable(changeRows(live), columns, {
      caption: 'Changes of settings, the newest first',
      keyOf: ({ atMillis, name }) => `change-${atMillis}-${name}`,
      view,
      still: true,
      empty: 'None: every setting has its value from the environment or its default.',
    }),
    foot:
      !live.isSaved &&
      html`<span class="tone-failed"
        >The latest change is in force, but writing it to the history file failed: a restart would lose it.
        The write is retried every few seconds.</span
      >`,
  });
}
