import {
  DROP_REASONS,
  type DropReason,
  type OperationType,
  type RuleCounts,
  type SamplingFacts,
  type SamplingRule,
  type SheddingFacts,
  type OperationCounts,
} from '../../../otel/query.ts';
import { html, type Html } from '../../markup/html.ts';
import { panel } from '../charts/frame.ts';
import { factList, shareText } from '../draw/facts.ts';
import { namedRuleWords, RULE_NAMES, RULE_WORDS } from '../draw/rule-words.ts';
import { drawTable, type Column } from '../draw/table.ts';
import { moment } from '../format/moment.ts';
import { countText, duration, sumOf, text } from '../../markup/quantity.ts';
import type { PageView } from '../page.ts';
import { plural, type Sentence } from '../sentences/sentence.ts';

interface RuleRow extends RuleCounts {
  readonly key: string;
  readonly words: string;
  /** What the rule does, with the current rate or storm. */
  readonly does: string;
}

/** In order of precedence; rules of the settings and policies of the app by name. */
function rowsOf({ rules, named, rates, storm }: SamplingFacts): readonly RuleRow[] {
  const always = storm.active
    ? `a storm: ${shareText(storm.probability)} are kept, and examples of each kind`
    : 'always kept';
  const byRate = (type: OperationType): string => `kept at the rate of their type, ${shareText(rates[type])}`;
  const does: Readonly<Record<SamplingRule, string>> = {
    error: always,
    slow: always,
    http: byRate('http'),
    database: byRate('database'),
    render: byRate('render'),
    other: byRate('other'),
    trace: 'kept with it, while it is still held',
    ancestor: 'kept, so that every kept operation has its ancestors',
    late: 'kept, marked as late',
  };
  return [
    ...named.map(({ name, ...counts }) => ({
      key: `named-${name}`,
      words: namedRuleWords(name),
      does: 'defined by a setting or by the app',
      ...counts,
    })),
    ...RULE_NAMES.map((rule) => ({
      key: `rule-${rule}`,
      words: RULE_WORDS[rule],
      does: does[rule],
      ...rules[rule],
    })),
  ];
}

const COLUMNS: readonly Column<RuleRow>[] = [
  {
    label: 'rule',
    cell: ({ words, does }) => html`<span class="wrap">${words}</span><span class="meaning">${does}</span>`,
  },
  { label: 'seen', align: 'number', cell: ({ seen }) => countText(seen) },
  { label: 'kept', align: 'number', cell: ({ kept }) => countText(kept) },
  { label: 'dropped', align: 'number', room: 'mid', cell: ({ dropped }) => countText(dropped) },
];

/** How many operations each rule decided. */
export function rulesPanel(sampling: SamplingFacts, view: PageView): Html {
  return panel({
    title: 'Rules',
    note: 'operations decided since the start of this process, each counted under the rule that decided it',
    body: drawTable(rowsOf(sampling), COLUMNS, {
      caption: 'Operations by the rule that decided them',
      keyOf: ({ key }) => key,
      view,
      still: true,
      empty: '',
    }),
  });
}

const DROPPED: Readonly<Record<DropReason, string>> = {
  probability: 'by the sampling rate',
  storm: 'over the budget in a storm',
  rule: 'by a rule',
  target: 'over a target',
  shedding: 'while the event loop was late',
  overflow: 'too many traces, or too long-running',
};

/** Dropped operations by cause, and the balance of all started ones. */
export function droppedPanel({ started, live, kept, dropped }: OperationCounts): Html {
  return panel({
    title: 'Dropped',
    note: 'operations since the start of this process, all of them counted',
    body: factList(DROP_REASONS.map((reason) => [DROPPED[reason], countText(dropped[reason])])),
    foot: html`<span
      >${countText(started)} started = ${countText(live)} undecided + ${countText(sumOf(kept))} kept +
      ${countText(sumOf(dropped))} dropped</span
    >`,
  });
}

/** Whether a storm limits what is always kept. */
export function stormPanel({ storm: { active, probability, examples } }: SamplingFacts): Html {
  return panel({
    title: 'Storms',
    note: 'when more operations fail or are slow than can be kept per second',
    body: factList([
      ['now', active ? `yes: ${shareText(probability)} of them are kept` : 'no: all of them are kept'],
      ['kept as examples during storms', countText(examples)],
    ]),
  });
}

/** One late second sheds nothing. */
function notShedWords({
  delayMillis,
  limitMillis,
}: Pick<SheddingFacts, 'delayMillis' | 'limitMillis'>): string {
  return delayMillis > limitMillis
    ? 'not yet: the event loop is late, though not for ten seconds'
    : 'no: the event loop keeps up';
}

/** Whether detail is shed because the event loop is late. */
export function sheddingPanel({ shedding }: SamplingFacts, now: number): Html {
  if (shedding === undefined || shedding.limitMillis === 0)
    return panel({
      title: 'Shedding',
      body: html`<p class="quiet">Off: METRICS_SHED_DELAY is 0.</p>`,
    });
  const { limitMillis, delayMillis, sinceMillis, last, times } = shedding;
  return panel({
    title: 'Shedding',
    note: 'while the event loop is late, only what must be kept is kept',
    body: factList([
      ['now', sinceMillis === undefined ? notShedWords(shedding) : html`since ${moment(sinceMillis, now)}`],
      ['mean event-loop delay of the last second', text(duration(delayMillis))],
      ['limit, in each of ten seconds', text(duration(limitMillis))],
      ['times since the start', countText(times)],
      [
        'the last one',
        last === undefined ? 'none' : html`${moment(last.fromMillis, now)} to ${moment(last.toMillis, now)}`,
      ],
    ]),
  });
}

/** Empty while there is no storm. */
export function stormSentence({ storm }: SamplingFacts): Sentence {
  if (!storm.active) return [];
  return [
    { text: ' A storm: ', tone: 'failed' },
    {
      text: `more operations fail or are slow than can be kept, so ${shareText(storm.probability)} of them are, and one example of each kind per minute; ${plural(storm.cut, 'operation was', 'operations were')} dropped by storms since the start, and counted.`,
    },
  ];
}
