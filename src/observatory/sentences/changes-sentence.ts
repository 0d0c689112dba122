import type { OperationType } from '../../../otel/query.ts';
import { countText } from '../../markup/quantity.ts';
import { isCompared, isQuantile, type ComparedSeries } from '../facts/compared-series.ts';
import type { MemorySince } from '../facts/memory-since.ts';
import type { FailureState } from '../facts/failure-state.ts';
import {
  isNewFailure,
  isOnOneSide,
  isPerhapsSlower,
  slowdownMillis,
  slowerBy,
  uncertain,
} from '../facts/uncertain-differences.ts';
import { shortened } from '../format/shortened.ts';
import { tellApart, withoutHash } from '../format/statement-words.ts';
import type { Links } from '../links.ts';
import { differenceWords, uncertainWords } from './difference-words.ts';
import { plural, shortRoute, type Sentence, type SentencePart } from './sentence.ts';

/** Operations named in a sentence; the rest are counted. */
const MAX_NAMED = 3;
/** Of these, failing ones: what became slower is always named. */
export const MAX_FAILING = 2;

/** Of the largest change of the time in all. */
const TRIFLE = 0.01;
/** Of what distinguishes a statement, in characters. */
const MAX_APART = 48;

/** An operation that failed, though not once in the time before. */
export interface BegunFailure {
  readonly row: ComparedSeries;
  readonly state: FailureState | undefined;
}

/** What differs between two stretches of time: what fails and what became slower, with how much; and what may be chance. */
export function changesSentence(
  rows: readonly ComparedSeries[],
  begun: readonly BegunFailure[],
  words: string,
  links: Links,
  memorySince?: MemorySince,
): Sentence {
  const memory = memorySince && `memory ${memorySince.isLatest ? 'grows' : 'grew'}`;
  const differing = rows.filter(({ differs }) => differs.length > 0);
  const asides = [
    ...perhapsSlower(rows, links),
    ...begunWords(begun, words, links),
    ...onOneSide(rows, words, links),
  ];
  if (differing.length === 0)
    return [...nothingCertain(rows, words, { isMore: asides.length > 0, memory }), ...asides];
  const trifles = triflesOf(differing);
  const worth = differing.filter((row) => !trifles.includes(row));
  return [
    {
      text: `Compared with ${words}, ${countText(differing.length)} of ${plural(rows.length, 'operation')} ${differing.length === 1 ? 'differs' : 'differ'}${memory === undefined ? '' : `, and ${memory}`}:`,
    },
    ...listed([...worstFirst(worth), ...trifles], differenceWords, links, { most: worth.length }),
    ...asides.map((part): SentencePart => ({ ...part, aside: true })),
  ];
}

function nothingCertain(
  rows: readonly ComparedSeries[],
  words: string,
  { isMore, memory }: { readonly isMore: boolean; readonly memory: string | undefined },
): Sentence {
  const but = memory === undefined ? '' : `, but ${memory}`;
  const compared = rows.filter(isCompared).length;
  const few = rows.length - compared;
  if (compared === 0)
    return [
      {
        text: `Too little happened to tell whether anything changed, compared with ${words}: ${plural(few, 'operation')}, none of them often enough on both sides${but}.${isMore || memory !== undefined ? '' : ' Choose a longer range.'}`,
      },
    ];
  const known = `${plural(compared, 'operation')} compared${few === 0 ? '' : `, ${countText(few)} too rare on one side`}`;
  const faster = rows.filter(
    (row) => slowerBy(row, uncertain(row)) === undefined && uncertain(row).some((what) => what !== 'failed'),
  ).length;
  const half = faster === 0 ? '' : `; ${plural(faster, 'operation')} took half as long, which may be chance`;
  if (isMore || faster > 0)
    return [{ text: `Nothing certain compared with ${words}: ${known}${half}${but}.` }];
  if (memory !== undefined)
    return [{ text: `No operation changed beyond chance, compared with ${words}: ${known}${but}.` }];
  return [
    { text: 'Nothing changed', tone: 'good' },
    { text: ` beyond chance, compared with ${words}: ${known}.` },
  ];
}

/** The failing ones first, then those that take more time than before or are new, the most time added first. */
export function worstFirst(differing: readonly ComparedSeries[]): readonly ComparedSeries[] {
  const failing = differing.filter(({ differs }) => differs.includes('failed'));
  const slower = bySlowdown(
    differing.filter(
      (row) => !failing.includes(row) && (slowerBy(row, row.differs) !== undefined || row.before.count === 0),
    ),
  );
  const first = [...failing.slice(0, slower.length === 0 ? MAX_NAMED : MAX_FAILING), ...slower];
  return [...first, ...differing.filter((row) => !first.includes(row))];
}

/** Durations that differ by a hundredth of what the largest difference adds. */
function triflesOf(differing: readonly ComparedSeries[]): readonly ComparedSeries[] {
  const most = Math.max(...differing.map((row) => Math.abs(slowdownMillis(row))));
  return differing.filter(
    (row) => row.differs.every(isQuantile) && Math.abs(slowdownMillis(row)) < most * TRIFLE,
  );
}

function bySlowdown(rows: readonly ComparedSeries[]): readonly ComparedSeries[] {
  return rows.toSorted((a, b) => slowdownMillis(b) - slowdownMillis(a));
}

function perhapsSlower(rows: readonly ComparedSeries[], links: Links): Sentence {
  const perhaps = rows.filter(isPerhapsSlower);
  if (perhaps.length === 0) return [];
  return [
    { text: ' Perhaps slower, in too few stretches of time to tell from chance:' },
    ...perhapsWords(perhaps, links),
  ];
}

/** ` /listening takes ×10.8 at p95, 292 ms or more one time in twenty, before 27 ms.` */
export function perhapsWords(perhaps: readonly ComparedSeries[], links: Links): Sentence {
  const wordsOf = (row: ComparedSeries): string =>
    `takes ${uncertainWords(row, slowerBy(row, uncertain(row)) ?? 'p50')}`;
  return listed(bySlowdown(perhaps), wordsOf, links);
}

/** What ran on one side alone, though in too few stretches of time to be certain that it is more than chance. */
function onOneSide(rows: readonly ComparedSeries[], words: string, links: Links): Sentence {
  const OPENINGS = [
    ['after', ` Not in ${words}, but since:`],
    ['before', ` In ${words}, but not since:`],
  ] as const;
  return OPENINGS.flatMap(([side, opening]) => {
    const found = rows.filter((row) => isOnOneSide(row) === side && !isNewFailure(row));
    const ran = (row: ComparedSeries): string => `ran ${plural(row[side].count, 'time')}`;
    return found.length === 0 ? [] : [{ text: opening }, ...listed(found, ran, links)];
  });
}

/** Failures that are too few to be certain of. */
function begunWords(begun: readonly BegunFailure[], words: string, links: Links): Sentence {
  const failed = ({ after }: ComparedSeries): string =>
    `failed ${countText(after.errors)} of ${plural(after.count, 'time')}`;
  const OPENINGS = [
    ['new', ' New:'],
    ['came back', ' Came back:'],
    [undefined, ` Not in ${words}:`],
  ] as const;
  return OPENINGS.flatMap(([state, opening]) => {
    const rows = begun.filter((each) => each.state === state).map(({ row }) => row);
    return rows.length === 0 ? [] : [{ text: opening }, ...listed(rows, failed, links, { tone: 'failed' })];
  });
}

/** ` /x takes …; /y takes …; and 3 more.` */
function listed(...named: Parameters<typeof namedOperations>): Sentence {
  return [...namedOperations(...named), { text: '.' }];
}

/** ` /x takes …; /y takes …; and 3 more`; with `ofTypes`, `and 1 more route and 2 more statements`. */
export function namedOperations(
  rows: readonly ComparedSeries[],
  wordsOf: (row: ComparedSeries) => string,
  links: Links,
  {
    tone,
    ofTypes = false,
    most = MAX_NAMED,
  }: {
    readonly tone?: SentencePart['tone'];
    readonly ofTypes?: boolean;
    /** Fewer are named. */
    readonly most?: number;
  } = {},
): Sentence {
  const named = Math.min(most, MAX_NAMED);
  const rest = rows.slice(named);
  return [
    ...rows.slice(0, named).flatMap((row, index): Sentence => [
      { text: index === 0 ? ' ' : '; ' },
      {
        text: nameOf(row, rows),
        href: links.series(row.type, row.name),
        ...(tone === undefined ? toneOf(row) : { tone }),
      },
      { text: ` ${wordsOf(row)}` },
    ]),
    ...(rest.length > 0
      ? [{ text: `; and ${ofTypes ? moreOfTypes(rest) : `${countText(rest.length)} more`}` }]
      : []),
  ];
}

const ONE: Readonly<Record<OperationType, string>> = {
  http: 'more route',
  database: 'more statement',
  render: 'more rendering',
  other: 'more span',
};

function moreOfTypes(rows: readonly ComparedSeries[]): string {
  return [...Map.groupBy(rows, ({ type }) => type)]
    .map(([type, alike]) => plural(alike.length, ONE[type]))
    .join(' and ');
}

/** None for a request: its colour is that of good news. */
function toneOf({ type, differs }: ComparedSeries): Pick<SentencePart, 'tone'> {
  if (differs.includes('failed')) return { tone: 'failed' };
  return type === 'http' ? {} : { tone: type };
}

/** `rendering quote`; of a statement that shares its summary with another one also what distinguishes it. */
function nameOf({ type, name, summary }: ComparedSeries, alike: readonly ComparedSeries[]): string {
  if (type === 'http') return shortRoute(name);
  if (type === 'render') return `rendering ${name}`;
  const shown = summary ?? name;
  const others = alike.filter((row) => row.type === type && (row.summary ?? row.name) === shown);
  if (type !== 'database' || others.length < 2) return shown;
  const apart = tellApart(others.map((row) => ({ ...row, text: row.text ?? row.name })));
  return `${shown} “${shortened(withoutHash(apart.get(name) ?? name), MAX_APART)}”`;
}
