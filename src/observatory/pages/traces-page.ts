import {
  KEEP_REASONS,
  type HistoryFacts,
  type OperationType,
  type TraceFilter,
  type TraceList,
} from '../../../otel/query.ts';
import { html, type Html } from '../../markup/html.ts';
import { panel } from '../charts/frame.ts';
import { csvLink } from '../draw/facts.ts';
import { missingFromLists } from '../draw/history-panel.ts';
import { REASON_WORDS } from '../draw/reason-words.ts';
import { drawTable } from '../draw/table.ts';
import { traceColumns, traceSheet } from '../draw/trace-table.ts';
import { countText, duration, text } from '../../markup/quantity.ts';
import { definePage } from './define-page.ts';
import type { PageView } from '../page.ts';
import { TYPE_WORDS, TYPES } from '../format/type-words.ts';
import { plural } from '../sentences/sentence.ts';
import type { ChosenRange } from '../facts/time-range.ts';

const LIMIT = 100;
const MAX_TEXT = 200;

interface TracesFacts extends TraceList {
  readonly history: HistoryFacts | undefined;
  readonly filter: Omit<TraceFilter, 'range'>;
  /** Invalid parts of the filter, each with valid values. */
  readonly problems: readonly string[];
}

type Query = Readonly<Record<string, string | undefined>>;

/** Parses `250`, `250ms` or `1.5s` to milliseconds; undefined if invalid. */
export function parseMillis(value: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*(ms|s|m)?$/.exec(value.trim());
  if (match === null) return undefined;
  return Number(match[1]) * ({ ms: 1, s: 1000, m: 60_000 }[match[2] ?? 'ms'] ?? 1);
}

/** Parses the filter from the address: `type, series, status, reason, min, max, q, sort`. */
export function readFilter(query: Query): Pick<TracesFacts, 'filter' | 'problems'> {
  const problems: string[] = [];
  const oneOf = <T extends string>(key: string, known: readonly T[]): T | undefined => {
    const value = query[key] ?? '';
    if (value === '') return undefined;
    const found = known.find((each) => each === value);
    if (found === undefined)
      problems.push(`${key} “${value.slice(0, 40)}” is not one of ${known.join(', ')}; it was ignored.`);
    return found;
  };
  const millis = (key: string): number | undefined => {
    const value = query[key] ?? '';
    if (value === '') return undefined;
    const parsed = parseMillis(value);
    if (parsed === undefined)
      problems.push(
        `${key} “${value.slice(0, 40)}” is not a duration such as 250ms or 1.5s; it was ignored.`,
      );
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
    text: words('q'),
    sort: oneOf('sort', ['newest', 'slowest'] as const),
  }).filter(([, value]) => value !== undefined);
  return { filter: Object.fromEntries(entries), problems };
}

function asked(query: Query, range: ChosenRange): TraceFilter {
  return { ...readFilter(query).filter, range, limit: LIMIT };
}

/** Kept traces, filtered by the address. */
export const tracesPage = definePage<TracesFacts>({
  path: '/traces',
  menu: 'traces',
  fetch: ({ telemetry, query, range }) => ({
    ...telemetry.traces(asked(query, range)),
    ...readFilter(query),
    history: telemetry.history(),
  }),
  title: () => 'Traces',
  sentence({ rows, total, filter, searched }, { links, range }) {
    const partly =
      searched === undefined
        ? ''
        : ` The search covered the newest ${countText(searched.newest)} of ${countText(searched.of)} that contain both key and value.`;
    const filtered = Object.keys(filter).some((key) => key !== 'sort');
    if (total === 0) {
      if (filtered)
        return [
          { text: `No trace held ${range.words} matches.${partly} ` },
          { text: 'Show all', href: links.to('/traces') },
          { text: ' or choose a longer range.' },
        ];
      return [
        { text: `No trace is held that began ${range.words}. ` },
        { text: 'Sampling', href: links.to('/sampling') },
        { text: ' shows what is kept.' },
      ];
    }
    const slowest = rows.reduce((a, b) => (b.durationMillis > a.durationMillis ? b : a));
    return [
      {
        text: `${plural(total, 'trace')} ${filtered ? (total === 1 ? 'matches' : 'match') : total === 1 ? 'is held that began' : 'are held that began'} ${range.words}. The slowest${rows.length < total && filter.sort !== 'slowest' ? ` of the newest ${rows.length}` : ''} took `,
      },
      { text: text(duration(slowest.durationMillis)), href: links.trace(slowest.traceId) },
      { text: `.${partly}` },
    ];
  },
  draw({ rows, total, problems, history }, view) {
    const missing = missingFromLists(history);
    return html`${problems.length > 0 && html`<p class="notice" role="alert">${problems.join(' ')}</p>`}${filterForm(view)}${panel(
      {
        title: 'Traces held',
        note: html`${total > rows.length && `first ${countText(rows.length)} of ${countText(total)} `}${csvLink(view)}
          · <a class="quiet-link" href="${view.links.to('/traces/import')}">import a trace</a>`,
        body: drawTable(rows, traceColumns(view, rows), {
          caption: 'Traces held',
          keyOf: (row) => row.traceId,
          view,
          still: true,
          empty:
            'None. Slow and failed operations are always kept, ordinary ones by sampling; all are held while the buffer has room.',
        }),
        ...(missing !== undefined && { foot: html`<span>${missing}</span>` }),
      },
    )}`;
  },
  sheet: ({ rows }, view) => traceSheet(rows, view),
});

function filterForm({ links, range, query }: PageView): Html {
  const select = (name: string, label: string, options: readonly (readonly [string, string])[]): Html =>
    html`<label
      >${label}
      <select name="${name}">
        ${options.map(([value, word]) => html`<option value="${value}" ${(query[name] ?? '') === value && html` selected`}>${word}</option>`)}
      </select></label
    >`;
  const input = (name: string, label: string, hint: string): Html =>
    html`<label
      >${label}
      <input
        type="text"
        name="${name}"
        value="${query[name] ?? ''}"
        placeholder="${hint}"
        autocomplete="off"
        maxlength="${MAX_TEXT}"
    /></label>`;
  return html`<form
    class="filter"
    method="get"
    action="${links.base}/traces"
    role="search"
    aria-label="Filter traces"
  >
    ${Object.entries(range.query).map(([key, value]) => html`<input type="hidden" name="${key}" value="${value}" />`)}
    ${select('type', 'type', [['', 'any'], ...TYPES.map((type) => [type, TYPE_WORDS[type].toLowerCase()] as const)])}
    ${input('series', 'route or statement', 'GET /search')}
    ${select('status', 'status', [
      ['', 'any'],
      ['error', 'failed'],
      ['ok', 'not failed'],
    ])}
    ${select('reason', 'kept because', [['', 'any'], ...KEEP_REASONS.map((reason) => [reason, REASON_WORDS[reason]] as const)])}
    ${input('min', 'at least', '250ms')} ${input('max', 'at most', '2s')}
    ${input('q', 'text', 'any name, path or key=value')}
    ${select('sort', 'order', [
      ['', 'newest'],
      ['slowest', 'slowest'],
    ])}
    <span class="buttons"
      ><button type="submit">Filter</button>
      <a class="quiet-link" href="${links.to('/traces')}">clear</a></span
    >
  </form>`;
}
