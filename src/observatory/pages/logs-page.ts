import type { LogFilter, LogList, LogPattern, LogStoreFacts, LogTerm } from '../../../otel/query.ts';
import { html, type Html } from '../../markup/html.ts';
import { binarySize, countText, text } from '../../markup/quantity.ts';
import { panel } from '../charts/frame.ts';
import { csvLink } from '../draw/facts.ts';
import { boundedText, levelFacets, logSearchForm } from '../draw/log-search-form.ts';
import { lineColumns, moreLineColumns, morePatternColumns, patternColumns } from '../draw/log-tables.ts';
import { listPages, NO_PLACE, partText } from '../draw/list-pages.ts';
import { pageAddress } from '../draw/page-address.ts';
import { isSearched, unsearchedSentence } from '../draw/partly-understood.ts';
import { drawTable, sheetOf } from '../draw/table.ts';
import { parseLogQuery, type LogQuery } from '../facts/log-query.ts';
import { momentText } from '../format/moment.ts';
import type { PageView } from '../page.ts';
import { ENDED_WORDS } from '../sentences/downtime-sentence.ts';
import { patternWords } from '../sentences/pattern-words.ts';
import { plural, type Sentence } from '../sentences/sentence.ts';
import { definePage } from './define-page.ts';

const LIMIT = 100;
/** All: a thousand are told apart, and what is beyond them by level. */
const MAX_SHEET_PATTERNS = 1010;
const PLACE = /^(\d{1,15})-(\d{1,15})$/;
const NO_LINE: LogTerm = { field: 'level', levels: [] };

interface LogsFacts extends Partial<LogList> {
  readonly store: LogStoreFacts;
  readonly asked: LogQuery;
  /** False if a part of the search is not understood: then no line is shown. */
  readonly isSearched: boolean;
  /** Times in the range at which a process was killed: its last lines may be missing. */
  readonly killedMillis: readonly number[];
}

/** Lines of the app's log, stored on disk: searched, by level, and grouped by pattern. */
export const logsPage = definePage<LogsFacts>({
  path: '/logs',
  counted: false,
  menu: 'logs',
  assets: ['admin/observatory-trace.css'],
  fetch({ telemetry, query, range }) {
    const asked = parseLogQuery(query['q'] ?? '');
    const searched = isSearched(asked.problems, query);
    const before = Number(query['before'] || NaN);
    const isPatternFile = query['format'] === 'csv' && query['view'] === 'patterns';
    const list = telemetry.logLines({
      range,
      terms: searched ? asked.terms.map(({ term }) => term) : [NO_LINE],
      limit: LIMIT,
      before: Number.isFinite(before) ? before : undefined,
      patternsBelow: readPlace(query['below']),
      patternsAbove: readPlace(query['above']),
      ...(isPatternFile && { patternLimit: MAX_SHEET_PATTERNS }),
    });
    const killed = telemetry
      .downtime()
      .rows.filter(
        ({ ended, seenMillis }) =>
          ended !== 'stopped' &&
          ended !== 'crashed' &&
          seenMillis >= range.fromMillis &&
          seenMillis < range.toMillis,
      );
    return {
      ...list,
      store: telemetry.logStore(),
      asked,
      isSearched: searched,
      killedMillis: killed.map(({ seenMillis }) => seenMillis),
    };
  },
  title: () => 'Logs',
  sentence: (facts, view) => sentenceOf(facts, view),
  draw(facts, view) {
    const { asked, store } = facts;
    if (!isStored(facts)) return html`${whyOff(store)}`;
    const isPatterns = view.query['view'] === 'patterns';
    const notices = problemsOf(facts, view).map(
      (problem) => html`<p class="notice" role="alert">${problem}</p>`,
    );
    if (!facts.isSearched) return html`${notices} ${logSearchForm(asked, view)}`;
    return html`${notices} ${logSearchForm(asked, view)}
      <div class="with-facets">
        ${isPatterns ? patternPanel(facts, view) : linePanel(facts, view)}
        ${Object.values(facts.levels).some(({ count }) => count > 0) && levelFacets(facts, asked, view)}
      </div>`;
  },
  sheet(facts, view) {
    if (!isStored(facts)) return undefined;
    return view.query['view'] === 'patterns'
      ? sheetOf(facts.patterns, [...patternColumns(view), ...morePatternColumns()])
      : sheetOf(facts.rows, [...lineColumns(view, []), ...moreLineColumns()]);
  },
});

type StoredFacts = LogsFacts & LogList;

function isStored(facts: LogsFacts): facts is StoredFacts {
  return facts.rows !== undefined;
}

function sentenceOf(facts: LogsFacts, view: PageView): Sentence {
  const { range, links } = view;
  if (!isStored(facts)) return [{ text: 'No log lines are stored.' }];
  if (!facts.isSearched) return unsearchedSentence(view);
  const { total, levels, asked } = facts;
  const isSearch = asked.terms.length > 0;
  if (total.count === 0)
    return isSearch
      ? [
          { text: `No stored line matches ${range.words}. ` },
          { text: 'Show all', href: links.to('/logs') },
          { text: ' or choose a longer range.' },
        ]
      : [{ text: `Nothing was logged ${range.words}.` }];
  const bad = {
    count: levels.error.count + levels.fatal.count,
    isExact: levels.error.isExact && levels.fatal.isExact,
  };
  const lines = `${boundedText(total)} ${total.count === 1 ? 'line' : 'lines'}`;
  return [
    {
      text: isSearch
        ? `${lines} ${total.count === 1 && total.isExact ? 'matches' : 'match'} ${range.words}`
        : `${lines} ${total.count === 1 ? 'was' : 'were'} logged ${range.words}`,
    },
    ...(bad.count === 0 || isSearch
      ? []
      : [
          { text: ', ' },
          {
            text: `${boundedText(bad)} of them ${bad.count === 1 ? 'an error' : 'errors'}`,
            href: links.to('/logs', { q: 'level:>=error' }),
            tone: 'failed' as const,
          },
        ]),
    { text: '.' },
    ...(facts.patternsAhead > 0 ? [] : patternWords(facts, links)),
  ];
}

function viewSwitch({ total, patternCount }: StoredFacts, view: PageView): Html {
  const link = (name: string | undefined, words: string, count: string): Html =>
    html`<a
      href="${pageAddress(view, { ...NO_PLACE, view: name, before: undefined })}"
      ${(view.query['view'] || undefined) === name && html` aria-current="true"`}
      >${words} <span class="unit">${count}</span></a
    >`;
  return html`<span class="switch"
    >${link(undefined, 'Lines', boundedText(total))}${link('patterns', 'Patterns', countText(patternCount))}</span
  >`;
}

function linePanel(facts: StoredFacts, view: PageView): Html {
  const { rows, next } = facts;
  const isLater = (view.query['before'] ?? '') !== '';
  return panel({
    title: viewSwitch(facts, view),
    note: html`newest first <a class="quiet-link only-below" href="#facets">by level</a> ${csvLink(view)}`,
    body: html`${drawTable(rows, lineColumns(view, rows), {
      caption: 'Log lines',
      keyOf: ({ id }) => String(id),
      view,
      still: true,
      empty: 'No line.',
    })}
    ${
      (next !== undefined || isLater) &&
      html`<nav class="table-pages" aria-label="More lines">
        ${isLater && html`<a href="${pageAddress(view, { before: undefined, format: undefined })}">newest</a> `}${next !== undefined && html`<a href="${pageAddress(view, { before: next, format: undefined })}" rel="next">older</a>`}
      </nav>`
    }`,
    foot: footOf(facts, view),
  });
}

function patternPanel(facts: StoredFacts, view: PageView): Html {
  const { patterns, patternCount, patternsAhead: ahead, grouped } = facts;
  const [first, last] = [patterns[0], patterns.at(-1)];
  const isLast = ahead + patterns.length >= patternCount;
  const page = {
    shown: patterns.length,
    ahead,
    total: patternCount,
    next: last === undefined || isLast ? undefined : placeText(last),
    previous: first === undefined || ahead <= LIMIT ? undefined : placeText(first),
  };
  const part = partText(page);
  return panel({
    title: viewSwitch(facts, view),
    note: html`${part !== undefined && `${part}, `}${grouped === undefined ? 'every line counted' : `of the newest ${countText(grouped)} lines that match`}
    ${csvLink(view, 'CSV', { below: undefined, above: undefined })}`,
    body: html`${drawTable(patterns, patternColumns(view), {
      caption: 'Patterns of log lines',
      keyOf: ({ level, logger, text: words }) => `${level} ${logger} ${words}`,
      view,
      still: true,
      empty: patternCount > 0 ? 'None is below this place of the list.' : 'No line.',
    })}${listPages(page, 'most frequent', view)}`,
    foot: footOf(facts, view),
  });
}

function placeText({ count, id }: LogPattern): string {
  return `${count}-${id}`;
}

/** Undefined if it is none. */
function readPlace(text = ''): LogFilter['patternsBelow'] {
  const [, count, id] = PLACE.exec(text) ?? [];
  return id === undefined ? undefined : { count: Number(count), id: Number(id) };
}

/** What is stored, since when, and what may be missing. */
function footOf({ store, killedMillis }: LogsFacts, { now }: PageView): Html {
  const { lines, fileBytes, maxBytes, days, completeSinceMillis, removed, lost, waiting } = store;
  const removals = removed.age + removed.bytes;
  return html`<span
    >${plural(lines, 'line')} stored, ${text(binarySize(fileBytes))} of at most ${text(binarySize(maxBytes))},
    for
    ${plural(days, 'day')}${removals > 0 && `; ${countText(removals)} older ones were removed`}${waiting > 0 && `; ${countText(waiting)} wait to be written`}.
    ${completeSinceMillis !== undefined && `Complete since ${momentText(completeSinceMillis, now)}`}${lost > 0 && `: ${plural(lost, 'line')} were lost before, as the file could not be written or lines came faster than that`}.
    ${killedMillis.length > 0 && `A process was ${ENDED_WORDS.killed}, ${killedMillis.length === 1 ? `at ${momentText(killedMillis[0]!, now)}` : plural(killedMillis.length, 'time')} in this range: its last lines, of up to half a second, may be missing.`}
    Passwords, tokens and the like are removed before a line is stored, as far as they are named or look
    random.</span
  >`;
}

function problemsOf(
  { asked, isSearched: wasSearched, store, searchedFromMillis }: LogsFacts,
  { now }: PageView,
): readonly string[] {
  return [
    ...(asked.problems.length > 0
      ? [`${asked.problems.join(' ')}${wasSearched ? ' It was left out.' : ''}`]
      : []),
    ...(searchedFromMillis === undefined
      ? []
      : [
          `This search takes long: it went back to ${momentText(searchedFromMillis, now, true)}. Choose older to go on.`,
        ]),
    ...(store.state === 'failing'
      ? [
          `The last lines could not be written: ${store.problem ?? ''}. They wait in memory; the next try is in 2 s.`,
        ]
      : []),
  ];
}

function whyOff({ problem }: LogStoreFacts): Html {
  return panel({
    className: 'prose',
    title: 'How to store them',
    body:
      problem === undefined
        ? html`<p>
            They are stored if <code>METRICS_LOG_BYTES</code>, <code>METRICS_LOG_DAYS</code> and
            <code>METRICS_HISTORY_DAYS</code> are above 0, and telemetry has a folder. Lines go to standard
            error meanwhile.
          </p>`
        : html`<p>${problem}</p>
            <p>Lines go to standard error meanwhile. Repair or remove the file, then restart.</p>`,
  });
}
