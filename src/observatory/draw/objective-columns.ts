import { html, type Html } from '../../markup/html.ts';
import { countText, share, text, threeDigits } from '../../markup/quantity.ts';
import { BURN_WINDOWS, type BurnFacts, type ObjectiveFacts } from '../objectives/objective-facts.ts';
import type { PageView } from '../page.ts';
import { plural } from '../sentences/sentence.ts';
import { badge } from './facts.ts';
import type { Column } from './table.ts';

const STATES = { met: 'met', missed: 'missed', unclear: 'unclear', 'too few': 'too few to judge' } as const;
const TONES = { met: undefined, missed: 'failed', unclear: 'slow', 'too few': 'quiet' } as const;

/** State, share of good requests and budget of an objective. */
export function objectiveColumns({ links }: PageView): readonly Column<ObjectiveFacts>[] {
  return [
    {
      label: 'objective',
      key: 'objective',
      value: ({ objective }) => objective,
      cell: ({ objective, route, kind }) => {
        const to =
          route !== undefined
            ? links.series('http', route)
            : links.to(kind === 'latency' ? '/routes' : '/failures');
        return html`<a href="${to}"><bdi>${objective}</bdi></a>`;
      },
    },
    {
      label: 'state',
      key: 'state',
      value: ({ state }) => state,
      cell: ({ state }) => badge(STATES[state], TONES[state]),
    },
    {
      label: 'budget left',
      key: 'budget_left',
      align: 'number',
      value: ({ budgetLeft }) => budgetLeft,
      cell: ({ budgetLeft, undecided, state }) =>
        budgetLeft === undefined || state === 'too few'
          ? '–'
          : `${undecided === 0 ? '' : '≥ '}${text(share(budgetLeft))}`,
    },
    {
      label: 'good',
      key: 'good_share',
      align: 'number',
      room: 'mid',
      value: ({ goodShareMin }) => goodShareMin,
      cell: ({ goodShareMin, goodShareMax }) =>
        goodShareMin === undefined || goodShareMax === undefined
          ? '–'
          : `${goodShareMin === goodShareMax ? '' : '≥ '}${percentText(goodShareMin)}`,
    },
    {
      label: 'requests',
      key: 'requests',
      align: 'number',
      room: 'mid',
      value: ({ total }) => total,
      cell: ({ total, judgedFrom, state }) =>
        state === 'too few' ? `${countText(total)}, judged from ${countText(judgedFrom)}` : countText(total),
    },
    {
      label: 'bad',
      key: 'bad',
      align: 'number',
      value: ({ bad }) => bad,
      cell: ({ bad, undecided }) =>
        undecided === 0 ? countText(bad) : `${countText(bad)}–${countText(bad + undecided)}`,
    },
    {
      label: 'undecided',
      key: 'undecided',
      room: 'wide',
      align: 'number',
      value: ({ undecided }) => undecided,
      cell: ({ undecided }) => countText(undecided),
    },
    {
      label: 'budget',
      key: 'budget',
      align: 'number',
      room: 'mid',
      value: ({ budget }) => budget,
      cell: ({ budget }) => threeDigits(budget),
    },
  ];
}

/** Burn over each window, and whether that is fast. */
export const BURN_COLUMNS: readonly Column<ObjectiveFacts>[] = [
  { label: 'objective', cell: ({ objective }) => html`<bdi>${objective}</bdi>` },
  {
    label: 'burns',
    key: 'burning',
    value: ({ burning }) => burning ?? 'no',
    cell: ({ burning }) =>
      burning === undefined ? '–' : badge(burning, burning === 'fast' ? 'failed' : 'slow'),
  },
  ...BURN_WINDOWS.map(({ label }, at): Column<ObjectiveFacts> => ({
    label,
    key: `burn_${label.replace(' ', '_')}`,
    align: 'number',
    room: at === 2 || at === 4 ? undefined : 'mid',
    value: ({ burns }) => burns[at]?.burn,
    cell: ({ burns }) => burnCell(burns[at]),
  })),
];

function burnCell(facts: BurnFacts | undefined): Html | string {
  if (facts === undefined || facts.total === 0) return '–';
  if (facts.burn === undefined)
    return html`<span class="quiet-text" title="${plural(facts.total, 'request')}">too few</span>`;
  return threeDigits(facts.burn);
}

/** With the digits that a target such as 99.95 % needs. */
function percentText(part: number): string {
  const percent = part * 100;
  return text({ value: String(Number(percent.toFixed(percent > 90 && percent < 100 ? 3 : 1))), unit: '%' });
}
