import {
  KEEP_REASONS,
  type HistoryFacts,
  type MissingTrace,
  type OperationType,
  type TraceFilter,
  type TraceList,
  type TraceTerm,
} from '../../../otel/query.ts';
import { html } from '../../markup/html.ts';
import { panel } from '../charts/frame.ts';
import { csvLink } from '../draw/facts.ts';
import { missingFromLists } from '../draw/history-panel.ts';
import { facetList } from '../draw/facets.ts';
import { isSearched, unsearchedSentence } from '../draw/partly-understood.ts';
import { askedWith, traceSearchForm } from '../draw/search-form.ts';
import { explained } from '../draw/words.ts';
import { drawTable } from '../draw/table.ts';
import { traceColumns, traceSheet } from '../draw/trace-table.ts';
import { countText, duration, text } from '../../markup/quantity.ts';
import { definePage } from './define-page.ts';
import type { PageView } from '../page.ts';
import { parseMillis, traceIdIn } from '../facts/term-values.ts';
import { parseTraceQuery, type TraceQuery } from '../facts/trace-query.ts';
import { without } from '../facts/written-query.ts';
import { isDetail } from '../trace/trace-facts.ts';
import { momentText } from '../format/moment.ts';
import { TYPES } from '../format/type-words.ts';
import { plural, type Sentence } from '../sentences/sentence.ts';
import { missingTraceSentence } from '../sentences/trace-sentence.ts';

const LIMIT = 100;
/** The longest range that is offered. */
const LONGEST = { from: '-30d' };
/** A series' name is shorter. */
const MAX_TEXT = 300;

interface TracesFacts extends TraceList {
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
  /** Of a search of nothing but an id that finds nothing: what is remembered of that trace, if anything is. */
  readonly remembered: MissingTrace | undefined;
}

type Query = Readonly<Record<string, string | undefined>>;

/** Parses the filter of one operation from the address: `type, series, status, reason, min, max, sort`. */
export function readFilter(query: Query): Pick<TracesFacts, 'filter' | 'problems'> {
  const problems: string[] = [];
  const oneOf = <T extends string>(key: string, known: readonly T[]): T | undefined => {
    const value = query[key] ?? '';
    if (value === '') return undefined;
    const found = known.find((each) => each === value);
    if (found === undefined)
      problems.push(`${key} “${value.slice(0, 40)}” is not one of ${known.join(', ')}.`);
    return found;
  };
  const millis = (key: string): number | undefined => {
    const value = query[key] ?? '';
    if (value === '') return undefined;
    const parsed = parseMillis(value);
    if (parsed === undefined)
      problems.push(`${key} “${value.slice(0, 40)}” is not a duration such as 250ms or 1.5s.`);
    return parsed;
  };
  const words = (key: string): string | undefined =>
    (query[key] ?? '').trim().slice(0, MAX_TEXT) || undefined;
  const entries = Object.entries({
    type: oneOf<OperationType>('type', TYPES),
    series: words('series'),
    status: oneOf('status', ['error', 'ok'] as const),
    reason: oneOf('reason', KEEP_REASONS),
    minMillis: millis('min'),
    maxMillis: millis('max'),
    sort: oneOf('sort', ['newest', 'slowest'] as const),
  }).filter(([, value]) => value !== undefined);
  return { filter: Object.fromEntries(entries), problems };
}

/** Kept traces, searched and filtered by the address. */
export const tracesPage = definePage<TracesFacts>({
  path: '/traces',
  menu: 'traces',
  fetch({ telemetry, query, range, basePath }) {
    const { filter, problems } = readFilter(query);
    const asked = parseTraceQuery(query['q'] ?? '', basePath);
    const terms = asked.terms.map(({ term }) => term);
    const all = [...problems, ...asked.problems];
    const searched = isSearched(all, query);
    const found = (within: TraceFilter): TraceList =>
      searched
        ? telemetry.traces({ ...filter, terms, ...within, limit: LIMIT, facets: true })
        : { rows: [], total: 0 };
    const inRange = found({ range });
    const isFiltered = terms.length > 0 || Object.keys(filter).some((key) => key !== 'sort');
    const ever = inRange.total === 0 && isFiltered ? found({}) : undefined;
    // The range does not matter to a search by an id.
    const id = ever === undefined ? undefined : idAsked(terms);
    const isOutside = ever !== undefined && ever.total > 0 && id !== undefined;
    const trace = id === undefined || isOutside ? undefined : telemetry.trace(id);
    return {
      ...(isOutside ? ever : inRange),
      atAnyTime: ever?.total,
      remembered: trace !== undefined && !isDetail(trace) ? trace : undefined,
      filter,
      asked,
      problems: all,
      isSearched: searched,
      history: telemetry.history(),
    };
  },
  title: () => 'Traces',
  sentence({ rows, total, filter, searched, asked, isSearched: wasSearched, atAnyTime, remembered }, view) {
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
          ...asTextInstead(asked, view),
        ];
      return [
        { text: `No trace is held that began ${range.words}. ` },
        { text: 'Sampling', href: links.to('/sampling') },
        { text: ' shows what is kept.' },
      ];
    }
    const slowest = rows.reduce((a, b) => (b.durationMillis > a.durationMillis ? b : a));
    if (atAnyTime !== undefined)
      return [
        {
          text: `${plural(total, 'trace')} ${total === 1 ? 'has' : 'have'} this id, not ${range.words} but from `,
        },
        { text: momentText(slowest.startMillis, view.now), href: links.trace(slowest.traceId) },
        { text: '.' },
      ];
    return [
      {
        text: `${plural(total, 'trace')} ${filtered ? (total === 1 ? 'matches' : 'match') : total === 1 ? 'is held that began' : 'are held that began'} ${range.words}. The slowest${rows.length < total && filter.sort !== 'slowest' ? ` of the newest ${rows.length}` : ''} took `,
      },
      { text: text(duration(slowest.durationMillis)), href: links.trace(slowest.traceId) },
      { text: `.${partly}` },
    ];
  },
  draw({ rows, total, problems, history, facets, asked, isSearched: wasSearched }, view) {
    const missing = missingFromLists(history);
    const notice =
      problems.length > 0 &&
      html`<p class="notice" role="alert">${problems.join(' ')}${wasSearched && ' It was left out.'}</p>`;
    if (!wasSearched) return html`${notice}${traceSearchForm(asked, view)}`;
    return html`${notice}${traceSearchForm(asked, view)}
      <div class="with-facets">
        ${panel({
          title: 'Traces held',
          note: html`${explained('held', view.links)}: kept, and still here
            ${total > rows.length && `first ${countText(rows.length)} of ${countText(total)} `}<a
              class="quiet-link only-below"
              href="#facets"
              >by value</a
            >
            ${csvLink(view)} ·
            <a class="quiet-link" href="${view.links.to('/traces/import')}">import a trace</a>`,
          body: drawTable(rows, traceColumns(view, rows), {
            caption: 'Traces held',
            keyOf: (row) => row.traceId,
            view,
            still: true,
            empty:
              'None. Slow and failed operations are always kept, ordinary ones by sampling; all are held while the buffer has room.',
          }),
          ...(missing !== undefined && { foot: html`<span>${missing}</span>` }),
        })}
        ${facets !== undefined && total > 0 && facetList(facets, asked, view)}
      </div>`;
  },
  sheet: ({ rows }, view) => traceSheet(rows, view),
});

/** The trace id, if nothing else is searched. */
function idAsked(terms: readonly TraceTerm[]): string | undefined {
  const [first, second] = terms;
  return second === undefined && first?.field === 'text' ? traceIdIn(first.text) : undefined;
}

/** An address that nothing was asked at may still stand in a text. */
function asTextInstead({ text, terms }: TraceQuery, view: PageView): Sentence {
  const address = terms.find(({ term }) => term.field === 'address' && term.negated !== true);
  if (address === undefined) return [];
  const [path = ''] = address.term.field === 'address' ? address.term.paths : [];
  const words = [without(text, [address]), `"${path.replaceAll('"', '')}"`].filter(Boolean).join(' ');
  return [{ text: ' ' }, { text: `Search for ${path} as text`, href: askedWith(view, words) }, { text: '.' }];
}
