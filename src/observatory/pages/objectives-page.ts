import { html, type Html } from '../../markup/html.ts';
import { countText, share, text, threeDigits } from '../../markup/quantity.ts';
import { panel } from '../charts/frame.ts';
import { LIMITS_PATH } from '../draw/checks-panel.ts';
import { csvLink } from '../draw/facts.ts';
import { BURN_COLUMNS, objectiveColumns } from '../draw/objective-columns.ts';
import { drawTable, sheetOf } from '../draw/table.ts';
import { type DowntimeSum, sumDowntimes } from '../facts/downtimes.ts';
import { momentText, spanText } from '../format/moment.ts';
import {
  BURN_RULES,
  objectiveFacts,
  OBJECTIVE_MILLIS,
  type ObjectiveFacts,
} from '../objectives/objective-facts.ts';
import type { PageView } from '../page.ts';
import { lengthWords } from '../sentences/downtime-sentence.ts';
import { plural, type Sentence } from '../sentences/sentence.ts';
import { definePage } from './define-page.ts';

interface ObjectivesFacts {
  readonly objectives: readonly ObjectiveFacts[];
  /** Of the time of the objectives; no objective counts it. */
  readonly downtime: Pick<DowntimeSum, 'leastMillis' | 'totalMillis'> & {
    readonly times: number;
    readonly isWhole: boolean;
  };
}

/** Service-level objectives over 30 days: what is left of the error budget, and how fast it goes. */
export const objectivesPage = definePage<ObjectivesFacts>({
  path: '/objectives',
  menu: 'objectives',
  ranged: false,
  fetch({ telemetry, now }) {
    const objectives = objectiveFacts(telemetry, telemetry.limits(), now);
    const fromMillis = objectives[0]?.window.fromMillis ?? now;
    const { rows, leastMillis, totalMillis } = sumDowntimes(telemetry.downtime(), {
      fromMillis,
      toMillis: now,
    });
    const isWhole = rows.every((row) => row.isWhole);
    return { objectives, downtime: { times: rows.length, leastMillis, totalMillis, isWhole } };
  },
  title: () => 'Objectives',
  sentence: objectivesSentence,
  actions: (_facts, { links }) =>
    html`<a class="button" href="${links.to(LIMITS_PATH)}#METRICS_OBJECTIVES">Change</a>`,
  draw: ({ objectives, downtime }, view) => {
    const columns = objectiveColumns(view);
    return html`${panel({
      title: 'Error budgets',
      note: html`from every request ${csvLink(view)}`,
      body: drawTable(objectives, columns, {
        caption: 'Objectives over 30 days',
        keyOf: ({ objective }) => objective,
        view,
        still: true,
        empty: 'No objective is set.',
      }),
      foot: html`<span>${countedWords(objectives, view)}</span
        >${objectives.length > 0 && html`<span>${downWords(downtime, view)}</span>`}`,
    })}
    ${panel({
      title: 'Burn',
      note: '1: the budget lasts exactly 30 days',
      body: drawTable(objectives, BURN_COLUMNS, {
        caption: 'Burn of the error budgets',
        keyOf: ({ objective }) => objective,
        view,
        still: true,
        empty: 'No objective is set.',
      }),
      foot: html`<span
        >fast: above ${BURN_RULES[0].factor} over 1 hour and over 5 minutes, or above ${BURN_RULES[1].factor}
        over 6 hours and over 30 minutes; slow: above ${BURN_RULES[2].factor} over 3 days and over 6
        hours</span
      >`,
    })}
    ${exactness()}`;
  },
  sheet: ({ objectives }, view) => sheetOf(objectives, [...objectiveColumns(view), ...BURN_COLUMNS.slice(1)]),
});

function objectivesSentence({ objectives }: ObjectivesFacts, { links }: PageView): Sentence {
  if (objectives.length === 0)
    return [
      { text: 'No objective is set. ' },
      { text: 'METRICS_OBJECTIVES', href: `${links.to(LIMITS_PATH)}#METRICS_OBJECTIVES` },
      { text: ' has them.' },
    ];
  const few = objectives.filter(({ state }) => state === 'too few').length;
  const burning =
    objectives.find((each) => each.burning === 'fast') ?? objectives.find((each) => each.burning);
  return [
    ...verdictOf(objectives),
    ...(few > 0 && few < objectives.length
      ? [{ text: ` ${few} ${few === 1 ? 'has' : 'have'} too few requests to judge.` }]
      : []),
    ...(burning === undefined
      ? []
      : [
          {
            text: ` ${burning.objective} burns its budget ${burning.burning === 'fast' ? 'fast' : 'slowly'}.`,
            tone: 'failed' as const,
          },
        ]),
  ];
}

/** The state of those that can be judged, by the one with the least budget left. */
function verdictOf(objectives: readonly ObjectiveFacts[]): Sentence {
  const judged = objectives
    .filter(({ state }) => state !== 'too few')
    .toSorted((a, b) => (a.budgetLeft ?? 1) - (b.budgetLeft ?? 1));
  const missed = objectives.filter(({ state }) => state === 'missed');
  const unclear = judged.filter(({ state }) => state === 'unclear').length;
  const [worst] = missed;
  const [least] = judged;
  if (least === undefined) return [{ text: 'Too few requests to judge.' }];
  if (worst !== undefined)
    return [
      { text: `${missed.length} of ${plural(judged.length, 'objective')} missed`, tone: 'failed' },
      { text: `: ${worst.objective}; ${leftWords(worst)}.` },
    ];
  if (unclear > 0)
    return [
      { text: `No objective is certainly missed, ${unclear} ${unclear === 1 ? 'is' : 'are'} unclear` },
      { text: `: ${least.objective}; ${leftWords(least)}, if all undecided requests are bad.` },
    ];
  return [
    { text: judged.length === 1 ? 'The objective is met.' : 'Every objective is met.', tone: 'good' },
    { text: ` Of ${least.objective}, ${leftWords(least)}.` },
  ];
}

function leftWords({ budgetLeft = 0 }: ObjectiveFacts): string {
  if (budgetLeft >= 0) return `${text(share(budgetLeft))} of the budget is left`;
  return `${threeDigits(1 - budgetLeft)} times the budget is used`;
}

function countedWords(objectives: readonly ObjectiveFacts[], { now }: PageView): string {
  const [first] = objectives;
  if (first === undefined) return '';
  const { fromMillis } = first.window;
  const isShort = now - fromMillis < OBJECTIVE_MILLIS;
  const since = `counted since ${momentText(fromMillis, now)}`;
  return [
    isShort
      ? `${since}, ${spanText(now - fromMillis)} ago: there are no older counts`
      : `over 30 days, ${since}`,
    first.isLowerBound && 'counts of a part of that time are lost, so numbers are lower bounds',
  ]
    .filter((words) => words !== false)
    .join('; ');
}

/** Nobody knows how many would have asked. */
function downWords(downtime: ObjectivesFacts['downtime'], { links }: PageView): Html {
  const { times, leastMillis, totalMillis, isWhole } = downtime;
  if (times === 0) return html`Only answers count; the blog was not down in that time.`;
  const length = lengthWords(leastMillis, totalMillis, isWhole);
  return html`Only answers count, not the time the blog was
    <a href="${links.ranged('/downtime', {}, { from: '-30d' })}"
      >down: ${length}, ${times === 1 ? 'once' : `${countText(times)} times`}</a
    >.`;
}

function exactness(): Html {
  return panel({
    className: 'prose',
    title: 'Where exactness ends',
    body: html`<ul>
      <li>
        <strong>Availability</strong> is exact: an answer with a status of 500 or more is bad, every other
        request is good, also one whose client left before an answer. It is counted from all requests,
        whatever sampling keeps.
      </li>
      <li>
        <strong>Latency</strong> is the duration to the last byte, counted in buckets 2 % wide. Requests in
        the bucket of the limit may be good or bad: they are <em>undecided</em>, “bad” gives both bounds, and
        budget and burn count them as bad.
      </li>
      <li>
        <strong>Windows</strong> begin with a whole bucket of counts: seconds for 5 minutes, up to hours and
        days for 30 days. So each may be longer than its name by one bucket.
      </li>
      <li>
        <strong>Judged</strong> is an objective once one bad request is not more than its budget, and burn
        from as many requests as <code>METRICS_LIMIT_FROM</code> says.
      </li>
      <li>
        <strong>Not counted</strong> are these pages, connections that were refused, and what a killed process
        had not written yet, a few seconds at most; the foot of the table says so.
      </li>
    </ul>`,
  });
}
