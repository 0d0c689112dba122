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

/** As a table has it: one line a setting, the newest first. */
export function changeRows({ changes }: LiveSettings): readonly ChangeRow[] {
  return changes
    .toReversed()
    .flatMap(({ atMillis, who, changes: each }) => each.map((change) => ({ ...change, atMillis, who })));
}

/** From what to what. */
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
        >${by !== 'page' && html`<span class="meaning">taken back: ${BACK_TO[by]}</span>`}`,
  },
];

const BACK_TO: Readonly<Record<Exclude<SettingChange['by'], 'page'>, string>> = {
  environment: 'the environment says it',
  '.env': '.env says it',
  default: 'the default',
};

/** Every change of a setting, with who made it. */
export function changesPanel(live: LiveSettings, view: PageView): Html {
  const columns: readonly Column<ChangeRow>[] = [
    { label: 'when', cell: ({ atMillis }) => moment(atMillis, view.now) },
    ...CHANGE_COLUMNS,
    { label: 'by', room: 'mid', cell: ({ who }) => html`<span class="wrap">${who}</span>` },
  ];
  return panel({
    title: 'Changes',
    note: live.lasts ? 'also marked on every time chart' : 'of this process alone: there is no history file',
    body: drawTable(changeRows(live), columns, {
      caption: 'Changes of settings, the newest first',
      keyOf: ({ atMillis, name }) => `change-${atMillis}-${name}`,
      view,
      still: true,
      empty: 'None: every setting is as the environment or its default says.',
    }),
    foot:
      !live.isSaved &&
      html`<span class="tone-failed"
        >The newest change is in force, but the history file has not taken it: a restart would lose it.
        Writing it is tried again every few seconds.</span
      >`,
  });
}
