import { html, type Html } from '../../markup/html.ts';
import { panel } from '../charts/frame.ts';
import type { PageView } from '../page.ts';
import type { Check } from '../sentences/checks.ts';
import { LIMITS_ID } from '../sentences/overview-sentence.ts';
import { plural } from '../sentences/sentence.ts';
import { badge } from './facts.ts';
import { drawTable, type Column } from './table.ts';

export const LIMITS_PATH = '/limits';
const TONES = { broken: 'failed', 'not judged': 'quiet', off: 'quiet', holds: undefined } as const;

/** Columns of the limits: what is measured, up to where it is fine, and whether it is. */
export function checkColumns({ links }: PageView): readonly Column<Check>[] {
  return [
    {
      label: 'judged',
      key: 'judged',
      value: ({ what }) => what,
      cell: ({ what, path }) => html`<a href="${links.to(path)}">${what}</a>`,
    },
    {
      label: 'in this range',
      key: 'value',
      value: ({ value }) => value,
      cell: ({ words, limitWords }) => html`${words}<span class="only-narrow callers">${limitWords}</span>`,
    },
    {
      label: 'limit',
      key: 'limit',
      room: 'mid',
      value: ({ limit }) => limit,
      cell: ({ limitWords, setting }) =>
        setting === undefined
          ? html`${limitWords}, fixed`
          : html`<a href="${links.to(LIMITS_PATH)}#${setting}">${limitWords}</a>`,
    },
    {
      label: 'state',
      key: 'state',
      value: ({ state }) => state,
      cell: ({ state }) => badge(state, TONES[state]),
    },
  ];
}

/** Every limit, folded; what does not hold is named. */
export function checksPanel(checks: readonly Check[], view: PageView): Html {
  const count = (state: Check['state']): number => checks.filter((each) => each.state === state).length;
  const broken = count('broken');
  const names = checks.flatMap(({ state, what }) => (state === 'broken' ? [what] : [])).join('; ');
  const holding = count('holds');
  const rest = checks.length - broken - holding;
  // Of all limits, so that their number is the same whatever was recorded meanwhile.
  const all = plural(checks.length, 'limit');
  const words =
    broken === 0
      ? `${rest > 0 ? `${holding} of ${all}` : all} ${holding === 1 ? 'holds' : 'hold'}`
      : `${broken} of ${all} ${broken === 1 ? 'does' : 'do'} not hold: ${names}`;
  return panel({
    title: 'What “fine” means',
    note: html`<a href="${view.links.to(LIMITS_PATH)}">change limits</a>`,
    body: html`<details class="limits" data-key="limits">
      <summary>${words}${rest > 0 && `; ${rest} not judged`}</summary>
      <div id="${LIMITS_ID}">
        ${drawTable(checks, checkColumns(view), {
          caption: 'Limits, the most severe first',
          keyOf: ({ key }) => key,
          view,
          still: true,
          empty: '',
        })}
      </div>
    </details>`,
  });
}
