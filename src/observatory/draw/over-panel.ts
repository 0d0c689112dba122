import { html, type Html } from '../../markup/html.ts';
import { countText, duration, text } from '../../markup/quantity.ts';
import { panel } from '../charts/frame.ts';
import { adjustedCounts } from '../facts/adjusted-counts.ts';
import type { ApartGroups } from '../facts/apart-groups.ts';
import { ENOUGH_TRACES, type OverRepresentation, type OverRepresented } from '../facts/over-represented.ts';
import { momentText } from '../format/moment.ts';
import type { PageView } from '../page.ts';
import { groupsSentence } from '../sentences/groups-sentence.ts';
import { drawSentence, plural } from '../sentences/sentence.ts';
import {
  type ComparedWords,
  isVague,
  overSentence,
  ranText,
  shownValue,
  timesText,
} from '../sentences/over-sentence.ts';
import { breakable, shareText } from './facts.ts';
import { overHref, type ComparedLists } from './over-links.ts';
import { drawTable, type Column } from './table.ts';

/** What slow or failed operations have more often than the rest, with the lists behind it; undefined if there are none. */
export function overPanel(
  facts: OverRepresentation,
  words: ComparedWords,
  lists: ComparedLists,
  view: PageView,
  groups?: ApartGroups,
): Html | undefined {
  const { marked, rest, rows } = facts;
  if (marked.kept === 0 && groups === undefined) return undefined;
  const told = groups && groupsSentence(groups, facts, lists.type, view.links);
  const isTold =
    told !== undefined && rows.length === 0 && Math.min(marked.traces, rest.traces) >= ENOUGH_TRACES;
  const exampleOf = ({ example }: OverRepresented): string =>
    view.links.trace(example.traceId, example.spanId);
  return panel({
    title: `What ${words.all} have in common`,
    note: html`${countText(marked.traces)} ${words.short} ${marked.traces === 1 ? 'trace' : 'traces'} and
    ${countText(rest.traces)} others, by weight`,
    body: html`${told && drawSentence(told)}${!isTold && drawSentence(overSentence(facts, words, exampleOf, view.now))}
    ${
      rows.length > 0 &&
      drawTable(rows, overColumns(facts, words, lists, view), {
        caption: `What ${words.all} have more often than the rest`,
        keyOf: ({ key, value }) => `${key} ${value}`,
        view,
        stacked: true,
        still: true,
        empty: '',
      })
    }`,
    foot: html`<span>${caveats(facts, words, lists, view.now)}</span>`,
  });
}

function overColumns(
  { versions }: OverRepresentation,
  words: ComparedWords,
  lists: ComparedLists,
  view: PageView,
): readonly Column<OverRepresented>[] {
  const listed = (row: OverRepresented, side: 'marked' | 'rest'): Html => {
    const { share, traces } = row[side];
    const href = traces === 0 ? undefined : overHref(row, side, lists, view);
    const count = countText(traces);
    return html`${shareText(share)}
      <span class="behind-share"
        >${href === undefined ? count : html`<a href="${href}" aria-label="${plural(traces, 'trace')}">${count}</a>`}</span
      >`;
  };
  return [
    {
      label: 'value',
      cell: (row) =>
        html`<span class="quiet-words">${breakable(row.key)}</span>
          <a class="name" href="${view.links.trace(row.example.traceId, row.example.spanId)}"
            ><bdi>${breakable(shownValue(row, view.now))}</bdi></a
          >${
            row.key === 'version' &&
            html`<span class="callers">${ranText(row.value, versions, view.now)}</span>`
          }${
            row.also.length > 0 &&
            html`<span class="callers"
              >the same traces:
              ${row.also.map((each) => `${each.key} ${shownValue(each, view.now)}`).join(', ')}</span
            >`
          }`,
    },
    { label: `of ${words.short}, traces`, align: 'number', cell: (row) => listed(row, 'marked') },
    { label: 'of the rest, traces', align: 'number', cell: (row) => listed(row, 'rest') },
    {
      label: 'times',
      align: 'number',
      cell: ({ ratio, ratioFrom, ratioTo }) =>
        ratio === undefined || ratioTo === undefined || isVague({ ratioFrom, ratioTo })
          ? html`≥ ${timesNumber(ratioFrom)}`
          : html`${timesNumber(ratio)}
              <span class="unit interval">${timesNumber(ratioFrom)}–${timesNumber(ratioTo)}</span>`,
    },
  ];
}

const timesNumber = (ratio: number): string => timesText(ratio).replace(' times', '');

const SLOW_WORDS = {
  threshold: '',
  groups: ', between the two groups of durations',
  p95: ', the p95',
  median: ', twice the median',
} as const;

/** What the figures rest on. */
function caveats(
  facts: OverRepresentation,
  { all }: ComparedWords,
  lists: ComparedLists,
  now: number,
): string {
  const { marked, rest } = facts;
  const sides = [marked, rest];
  const drawn = sides.some(({ kept, traces, unweighted }) => kept > traces + unweighted);
  const unweighted = marked.unweighted + rest.unweighted;
  return [
    `Each kept trace counts for the requests it stands for (${standForWords(facts, all)}); intervals are 95 %, and chance claims something on 1 page in 100.`,
    lists.slow !== undefined &&
      Number.isFinite(lists.slow.millis) &&
      `Slow means ${text(duration(lists.slow.millis))} or longer${SLOW_WORDS[lists.slow.by]}.`,
    drawn &&
      `Read at random: ${countText(marked.traces)} of ${countText(marked.kept)} and ${countText(rest.traces)} of ${countText(rest.kept)} kept.`,
    unweighted > 0 &&
      `${plural(unweighted, 'trace')} of unknown weight ${unweighted === 1 ? 'is' : 'are'} left out.`,
    missingWords(facts, now),
  ]
    .filter((sentence) => sentence !== false && sentence !== '')
    .join(' ');
}

/** `38 to 66 slow requests, most likely 52, and 1,426 others of 1,478`. */
export function standForWords(facts: OverRepresentation, all: string): string {
  const { marked, rest, unseen, isEstimate, plusMinus } = adjustedCounts(facts);
  const others = `${countText(rest)} others of ${countText(facts.counted)}`;
  const from = Math.min(marked, Math.max(facts.marked.traces, Math.round(marked - plusMinus)));
  const to = Math.min(facts.counted, Math.round(marked + plusMinus) + unseen);
  return !isEstimate || from >= to
    ? `${countText(marked)} ${all} and ${others}`
    : `${countText(from)} to ${countText(to)} ${all}, most likely ${countText(marked)}, and ${others}`;
}

/** What of the range is not in the traces, and what counts for it; empty if they stand for all of it. */
export function missingWords(facts: OverRepresentation, now: number): string {
  const { sinceMillis, isRaised, counted } = facts;
  const { unseen } = adjustedCounts(facts);
  return [
    sinceMillis !== undefined &&
      `Since ${momentText(sinceMillis, now)}: older traces of one side made room for newer ones.`,
    isRaised && 'Some ordinary traces are lost; the others count for them, by route or statement.',
    unseen > 0 &&
      `No kept trace stands for at least ${countText(unseen)} of ${countText(counted)}: what they have is unknown.`,
  ]
    .filter((sentence) => sentence !== false)
    .join(' ');
}
