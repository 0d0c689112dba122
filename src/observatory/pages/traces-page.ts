import {
  type HistoryFacts,
  type MissingTrace,
  type TelemetryQuery,
  type TimeRange,
  type TraceFilter,
  type TraceList,
  type TracePlace,
  type TraceTerm,
} from '../../../otel/query.ts';
import { html, type Html } from '../../markup/html.ts';
import { panel } from '../charts/frame.ts';
import { csvLink } from '../draw/facts.ts';
import { missingFromLists } from '../draw/history-panel.ts';
import { facetList } from '../draw/facets.ts';
import { statementsInstead } from '../draw/statements-instead.ts';
import { isSearched, unsearchedSentence } from '../draw/partly-understood.ts';
import { listPages, partText } from '../draw/list-pages.ts';
import { askedWith, traceSearchForm } from '../draw/search-form.ts';
import { explained } from '../draw/words.ts';
import { drawTable } from '../draw/table.ts';
import { traceColumns, traceSheet } from '../draw/trace-table.ts';
import { countText, duration, text } from '../../markup/quantity.ts';
import { definePage } from './define-page.ts';
import type { PageView } from '../page.ts';
import { placeText, readPlace } from '../facts/list-place.ts';
import { readFilter } from '../facts/asked-operation.ts';
import { isTime, traceIdIn } from '../facts/term-values.ts';
import { countedLonger, type CountedLonger, prepareCountedLonger } from '../facts/counted-longer.ts';
import { parseTraceQuery, type TraceQuery } from '../facts/trace-query.ts';
import { without } from '../facts/written-query.ts';
import { isDetail } from '../trace/trace-facts.ts';
import { momentText } from '../format/moment.ts';
import { plural, type Sentence } from '../sentences/sentence.ts';
import { type HeldOf, keptAloneWords, longerWords } from '../sentences/longer-sentence.ts';
import { missingTraceSentence } from '../sentences/trace-sentence.ts';

const LIMIT = 100;
/** Rows of a file: each trace is read, 40 ms in all. */
const MAX_SHEET_ROWS = 1000;
/** The longest range that is offered. */
const LONGEST = { from: '-30d' };

const NO_REQUEST: readonly TraceTerm[] = [{ field: 'type', type: 'http', negated: true }];

interface TracesFacts extends Omit<TraceList, 'ends'> {
  /** For `below=` of the next page, and `above=` of the previous one; undefined if there is none, or it is the first. */
  readonly next: string | undefined;
  readonly previous: string | undefined;
  readonly history: HistoryFacts | undefined;
  /** Of one operation. */
  readonly filter: Omit<TraceFilter, 'range' | 'terms'>;
  /** The query and its terms as they were understood. */
  readonly asked: TraceQuery;
  /** Invalid parts of filter and query, each with valid values. */
  readonly problems: readonly string[];
  /** False if nothing was searched: a part was not understood, and its results without it were not asked for. */
  readonly isSearched: boolean;
  /** Traces that match at any time; counted if none does in the range. */
  readonly atAnyTime: number | undefined;
  /** Without a search: those that no request began. */
  readonly ofNoRequest: number;
  /** Of a search for what took long: how many did, held or not, and in how many requests. */
  readonly longer: CountedLonger | undefined;
  /** Of a search by duration: of how many requests it has the traces. */
  readonly heldOf: HeldOf | undefined;
  /** Of a search of nothing but an id that finds nothing: what is remembered of that trace, if anything is. */
  readonly remembered: MissingTrace | undefined;
}

type Query = Readonly<Record<string, string | undefined>>;

/** Kept traces, searched and filtered by the address. */
export const tracesPage = definePage<TracesFacts>({
  path: '/traces',
  menu: 'traces',
  *prepare({ telemetry, query, range, basePath }) {
    const terms = parseTraceQuery(query['q'] ?? '', basePath).terms.map(({ term }) => term);
    yield* prepareCountedLonger(telemetry, range, readFilter(query).filter, terms);
  },
  fetch({ telemetry, query, range, basePath }) {
    const { filter, problems } = readFilter(query);
    const place = placeOf(query);
    const asked = parseTraceQuery(query['q'] ?? '', basePath);
    const terms = asked.terms.map(({ term }) => term);
    const all = [...problems, ...place.problems, ...asked.problems];
    const searched = isSearched(all, query);
    const limit = query['format'] === 'csv' ? MAX_SHEET_ROWS : LIMIT;
    const found = (within: TraceFilter): TraceList =>
      searched
        ? telemetry.traces({ ...filter, terms, ...within, limit, facets: true })
        : { rows: [], total: 0, ahead: 0 };
    const inRange = found({ ...place.filter, range });
    const isFiltered = terms.length > 0 || Object.keys(filter).some((key) => key !== 'sort');
    const ever = inRange.total === 0 && isFiltered ? found({}) : undefined;
    // The range does not matter to a search by an id.
    const id = ever === undefined ? undefined : idAsked(terms);
    const isOutside = ever !== undefined && ever.total > 0 && id !== undefined;
    const longer = searched ? countedLonger(telemetry, range, filter, terms) : undefined;
    const trace = id === undefined || isOutside ? undefined : telemetry.trace(id);
    const { ends, ...list } = isOutside ? ever : inRange;
    return {
      ...list,
      next: ends && list.ahead + list.rows.length < list.total ? placeText(ends.last) : undefined,
      previous: ends && list.ahead > LIMIT ? placeText(ends.first) : undefined,
      atAnyTime: ever?.total,
      ofNoRequest:
        isFiltered || !searched ? 0 : telemetry.traces({ range, terms: NO_REQUEST, limit: 0 }).total,
      longer,
      heldOf: searched && isForLong(filter, terms) ? heldIn(telemetry, range) : undefined,
      remembered: trace !== undefined && !isDetail(trace) ? trace : undefined,
      filter,
      asked,
      problems: all,
      isSearched: searched,
      history: telemetry.history(),
    };
  },
  title: () => 'Traces',
  sentence(facts, view) {
    const { rows, total, ahead, filter, searched, asked, atAnyTime, remembered } = facts;
    const { isSearched: wasSearched } = facts;
    const { links, range } = view;
    if (!wasSearched) return unsearchedSentence(view);
    if (remembered !== undefined) return missingTraceSentence(remembered, links, view.now);
    const partly =
      searched === undefined
        ? ''
        : ` The search covered the newest ${countText(searched.newest)} of ${countText(searched.of)} that may have the attribute.`;
    const filtered = asked.terms.length > 0 || Object.keys(filter).some((key) => key !== 'sort');
    if (total === 0) {
      if (filtered)
        return [
          { text: `No held trace matches ${range.words}.${partly} ` },
          ...(atAnyTime === 0
            ? [{ text: 'None does at any time.' }]
            : [
                {
                  text: `${plural(atAnyTime ?? 0, 'trace')} at any time`,
                  href: links.ranged(view.path, { ...view.query, to: undefined, format: undefined }, LONGEST),
                },
                { text: ` ${atAnyTime === 1 ? 'does' : 'do'}.` },
              ]),
          { text: inAllWords(facts, view) },
          ...asTextInstead(asked, view),
          ...statementsInstead(asked, view),
        ];
      return [
        { text: `No trace is held that began ${range.words}. ` },
        { text: 'Sampling', href: links.to('/sampling') },
        { text: ' shows what is kept.' },
      ];
    }
    const match = `${plural(total, 'trace')} ${filtered ? (total === 1 ? 'matches' : 'match') : total === 1 ? 'is held that began' : 'are held that began'} ${range.words}`;
    if (rows.length === 0) return [{ text: `${match}, and none is below this place of the list.` }];
    const slowest = rows.reduce((a, b) => (b.durationMillis > a.durationMillis ? b : a));
    const ofThese =
      ahead > 0
        ? ` of the ${rows.length} shown`
        : rows.length < total && filter.sort !== 'slowest'
          ? ` of the newest ${rows.length}`
          : '';
    if (atAnyTime !== undefined)
      return [
        {
          text: `${plural(total, 'trace')} ${total === 1 ? 'has' : 'have'} this id, not ${range.words} but from `,
        },
        { text: momentText(slowest.startMillis, view.now), href: links.trace(slowest.traceId) },
        { text: '.' },
      ];
    return [
      { text: match },
      ...noRequestWords(facts, view),
      { text: `. The slowest${ofThese} took ` },
      { text: text(duration(slowest.durationMillis)), href: links.trace(slowest.traceId) },
      { text: `.${partly}${inAllWords(facts, view)}` },
      ...statementsInstead(asked, view),
    ];
  },
  draw(facts, view) {
    const { rows, total, problems, history, asked, isSearched: wasSearched } = facts;
    const missing = missingFromLists(history);
    const notice =
      problems.length > 0 &&
      html`<p class="notice" role="alert">${problems.join(' ')}${wasSearched && ' It was left out.'}</p>`;
    if (!wasSearched) return html`${notice}${traceSearchForm(asked, view)}`;
    const page = { ...facts, shown: rows.length };
    const part = partText(page);
    return html`${notice}${traceSearchForm(asked, view)}
      <div class="with-facets">
        ${panel({
          title: 'Traces held',
          note: html`${explained('held', view.links)}: kept, and still
            here${part !== undefined && html` · ${part}`}
            <a class="quiet-link only-below" href="#facets">by value</a>
            ${sheetLink(facts, view)} ·
            <a class="quiet-link" href="${view.links.to('/traces/import')}">import a trace</a>`,
          body: html`${drawTable(rows, traceColumns(view, rows), {
            caption: 'Traces held',
            keyOf: (row) => row.traceId,
            view,
            still: true,
            empty:
              total > 0
                ? 'None is below this place of the list.'
                : 'None. Slow and failed operations are always kept, ordinary ones by sampling; all are held while the buffer has room.',
          })}${listPages(page, facts.filter.sort ?? 'newest', view)}`,
          ...(missing !== undefined && { foot: html`<span>${missing}</span>` }),
        })}
        ${facts.facets !== undefined && total > 0 && facetList(facts.facets, asked, view)}
      </div>`;
  },
  sheet: ({ rows }, view) => traceSheet(rows, view),
});

function isForLong({ minMillis, maxMillis }: TracesFacts['filter'], terms: readonly TraceTerm[]): boolean {
  return (
    minMillis !== undefined || maxMillis !== undefined || terms.some(({ field }) => field === 'duration')
  );
}

function heldIn(telemetry: TelemetryQuery, asked: TimeRange): HeldOf {
  const { fromMillis, toMillis } = telemetry.coverage(asked);
  const range = { fromMillis, toMillis };
  return { held: telemetry.heldRequests(range), count: telemetry.operations(range).http.count };
}

/** How many there are, kept or not; if that cannot be told, what the listed ones are of. */
function inAllWords({ longer, heldOf, total }: TracesFacts, { range: { words } }: PageView): string {
  const known = longerWords(longer, total, words);
  return known === '' && heldOf !== undefined && longer?.counted?.to !== 0
    ? keptAloneWords(heldOf, words)
    : known;
}

/** They are in no route's numbers. */
function noRequestWords({ ofNoRequest, total }: TracesFacts, view: PageView): Sentence {
  if (ofNoRequest === 0) return [];
  return [
    { text: ', ' },
    { text: `${countText(ofNoRequest)} of them of no request`, href: askedWith(view, '-type:request') },
    { text: `: work at the start or in the background, in no route` },
    ...(ofNoRequest < total ? [{ text: `; the other ${countText(total - ofNoRequest)} of requests` }] : []),
  ];
}

/** Parses where the page begins: `below` or `above` a row. */
function placeOf(query: Query) {
  const problems: string[] = [];
  const place = (name: 'below' | 'above'): TracePlace | undefined => {
    const text = query[name] ?? '';
    const read = readPlace(text);
    if (text !== '' && read === undefined)
      problems.push(`${name} “${text.slice(0, 40)}” is not a place in this list.`);
    return read;
  };
  const [below, above] = [place('below'), place('above')];
  return { filter: below ? { below } : above ? { above } : {}, problems };
}

/** A file has up to a thousand rows: all, the first of all, or on a later page those from here on. */
function sheetLink({ ahead, total }: TracesFacts, view: PageView): Html {
  if (total <= MAX_SHEET_ROWS) return csvLink(view, 'CSV', { below: undefined, above: undefined });
  const isFromHere = ahead > 0 && (view.query['below'] ?? '') !== '';
  const rows = countText(Math.min(MAX_SHEET_ROWS, total - ahead));
  return isFromHere
    ? csvLink(view, `CSV of the ${rows} from here`)
    : csvLink(view, `CSV of the first ${countText(MAX_SHEET_ROWS)}`, { below: undefined, above: undefined });
}

/** The trace id, if nothing else is searched. */
function idAsked(terms: readonly TraceTerm[]): string | undefined {
  const [first, second] = terms;
  return second === undefined && first?.field === 'text' ? traceIdIn(first.text) : undefined;
}

/** An address that nothing was asked at may still stand in a text; a time is no text at all. */
function asTextInstead({ text, terms }: TraceQuery, view: PageView): Sentence {
  if (terms.some(({ term }) => term.field === 'text' && isTime(term.text)))
    return [{ text: ' A time is not a text of a trace: the range says when.' }];
  const address = terms.find(({ term }) => term.field === 'address' && term.negated !== true);
  if (address === undefined) return [];
  const [path = ''] = address.term.field === 'address' ? address.term.paths : [];
  const words = [without(text, [address]), `"${path.replaceAll('"', '')}"`].filter(Boolean).join(' ');
  return [{ text: ' ' }, { text: `Search for ${path} as text`, href: askedWith(view, words) }, { text: '.' }];
}
