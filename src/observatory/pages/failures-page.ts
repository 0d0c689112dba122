import type { HistoryFacts } from '../../../otel/query.ts';
import { html } from '../../markup/html.ts';
import { panel } from '../charts/frame.ts';
import { csvLink } from '../draw/facts.ts';
import { clientSheet } from '../draw/client-panel.ts';
import {
  clientErrorsSentence,
  clientErrorsSheet,
  clientWords,
  errorFacts,
  type ErrorFacts,
  errorKinds,
  requestErrors,
} from '../draw/requests-with-error.ts';
import { prepareDrawnTraces } from '../facts/drawn-traces.ts';
import { whyNotHeld } from '../facts/not-held.ts';
import type { PageRequest } from '../page.ts';
import { overPanel } from '../draw/over-panel.ts';
import { overRepresented, type OverRepresentation } from '../facts/over-represented.ts';
import { missingFromMustKeep } from '../draw/history-panel.ts';
import { foundRows, tablePage } from '../draw/paged-table.ts';
import { drawTable, sortRows } from '../draw/table.ts';
import {
  failureColumns,
  failureSheet,
  withExceptions,
  withResolved,
  type FailureGroup,
} from '../draw/failure-groups.ts';
import { type FailuresAsked, failuresIn, prepareFailures } from '../draw/grouped-failures.ts';
import { errorsByType, type FailuresCounted } from '../facts/failures-counted.ts';
import { countedWords } from '../sentences/failures-words.ts';
import { shortened } from '../format/shortened.ts';
import { countText } from '../../markup/quantity.ts';
import { explained } from '../draw/words.ts';
import { definePage } from './define-page.ts';
import { plural } from '../sentences/sentence.ts';

/** Limit of failures that are grouped. */
const MAX_ROWS = 5000;
/** Limit of a series' name in the sentence, in characters. */
const MAX_PLACE = 120;

/** Groups that are shown at once: each has its message, place and times twice, for wide and narrow screens. */
const SHOWN_GROUPS = 80;

interface FailuresFacts extends FailuresCounted {
  /** Counted over all operations in the range. */
  readonly counted: number;
  readonly kept: number;
  /** The newest kept failures. */
  readonly grouped: number;
  readonly groups: readonly FailureGroup[];
  readonly series: string | undefined;
  /** What failed requests have more often than the rest; undefined for one series, and if none is held. */
  readonly over: OverRepresentation | undefined;
  readonly requests: ErrorFacts;
  /** Why fewer are held than were counted. */
  readonly whyNotHeld: readonly string[];
  readonly history: HistoryFacts | undefined;
}

/** Failures grouped by type and place, with first and last seen and a trace. */
export const failuresPage = definePage<FailuresFacts>({
  path: '/failures',
  menu: 'failures',
  *prepare({ telemetry, range, query }) {
    const asked = askedOf(query);
    yield* prepareFailures(telemetry, range, asked);
    const isCompared = asked.series === undefined && failuresIn(telemetry, range, asked).total > 0;
    yield;
    if (isCompared) yield* prepareDrawnTraces(telemetry, { range, type: 'http', marked: 'failed' });
  },
  fetch({ telemetry, range, query }) {
    const series = query['series'];
    const kind = query['errors'] === '4xx' && !series ? '4xx' : 'failed';
    const { rows, total, groups, inRequests } = failuresIn(telemetry, range, askedOf(query));
    const errors = errorsByType(telemetry.operations(range));
    const counted = Object.values(errors).reduce((sum, count) => sum + count, 0);
    return {
      errors,
      inRequests,
      counted,
      kept: total,
      grouped: rows.length,
      groups: withResolved(telemetry, withExceptions(telemetry, groups), range.toMillis),
      series: series === '' ? undefined : series,
      over:
        series || total === 0 || kind === '4xx'
          ? undefined
          : overRepresented(telemetry, { range, type: 'http', marked: 'failed' }),
      requests: errorFacts(telemetry, range, series ?? '', kind),
      whyNotHeld: total < counted && !series ? whyNotHeld(telemetry, range) : [],
      history: telemetry.history(),
    };
  },
  title: () => 'Failures',
  sentence(facts, view) {
    const { links, range } = view;
    const { counted, kept, groups, series, requests } = facts;
    if (requests.kind === '4xx') return clientErrorsSentence(requests, view);
    const [first] = groups;
    const who = clientWords(requests, view);
    const place =
      series === undefined
        ? ''
        : ` at ${shortened(first?.type === 'database' ? first.name : series, MAX_PLACE)}`;
    if (first === undefined && (counted === 0 || series !== undefined))
      return [
        { text: 'Nothing failed', tone: 'good' },
        { text: `${place} ${range.words}${series === undefined ? '' : ' that is still held'}.` },
      ];
    if (first === undefined)
      return [
        {
          text: `${countedWords(facts, range.words)}; their traces are no longer held.`,
        },
        ...who,
      ];
    const areAll = kept >= counted;
    const most =
      groups.length > 1
        ? groups[1]?.count === first.count
          ? `Several${areAll ? '' : ' of those that are held'} are equally frequent, such as `
          : `Most often${areAll ? '' : ', of those that are held,'} it was `
        : areAll
          ? 'All are '
          : 'All that are still held are ';
    return [
      {
        text:
          series === undefined
            ? `${countedWords(facts, range.words)}. `
            : `Failures${place} ${range.words}: `,
      },
      { text: most },
      { text: first.errorType, href: links.trace(first.traceId, first.spanId), tone: 'failed' },
      { text: ' in ' },
      {
        text: first.type === 'database' ? first.name : first.series,
        href: links.series(first.type, first.series),
      },
      { text: '.' },
      ...who,
    ];
  },
  draw(facts, view) {
    const { counted, groups, kept, grouped, series, history, over, requests } = facts;
    if (requests.kind === '4xx')
      return html`${errorKinds(requests, view)}${requestErrors(requests, series, view)}`;
    const columns = failureColumns(view, groups);
    const partly = series === undefined && kept < counted;
    const part = tablePage(sortRows(groups, columns, view.query['sort']), view, wordsOf, SHOWN_GROUPS);
    const all = view.links.to('/traces', { status: 'error', series });
    return html`${series === undefined && errorKinds(requests, view)}${panel({
      title: html`By type and place <span class="unit">${view.range.words}</span>`,
      note: html`${kept === 0 ? `${plural(kept, 'operation')} held` : html`<a href="${all}">${partly ? `${countText(kept)} of ${plural(counted, 'operation')} still held` : `${plural(kept, 'operation')} held`}</a>`}${grouped < kept && html`, the newest ${countText(grouped)} grouped`}${part.note !== undefined && html`; groups ${part.note}`}
      ${series !== undefined && html`<a href="${view.links.to('/failures')}">show all places</a> `}${csvLink(view)}`,
      body: html`${part.search}${drawTable(part.rows, columns, {
        caption: 'Failures by type and place',
        keyOf: (group) => group.key,
        view,
        stacked: true,
        empty: groups.length > 0 ? 'No failure has these words.' : 'Nothing failed in this range.',
      })}${part.pages}`,
      foot: html`<span
        >${partly && `${countText(counted - kept)} are counted and not held: ${facts.whyNotHeld.join('; ')}. `}resolved:
        not seen for 24 hours or longer, of the failures ${explained('held', view.links)}, while the operation
        ran at least 10 times in the last 24 hours. 4xx responses are client errors, not failures: see
        <a href="${view.links.to('/routes')}">routes</a>. An error that passes through a request and what ran
        in it is one row, of the request. ${missingFromMustKeep(history)}</span
      >`,
    })}${requestErrors(requests, series, view)}${
      over &&
      overPanel(over, { all: 'failed requests', short: 'failed' }, { type: 'http', marked: 'failed' }, view)
    }`;
  },
  sheet: ({ groups, requests }, view) =>
    clientSheet(requests.lists, view) ??
    clientErrorsSheet(requests) ??
    failureSheet(foundRows(groups, view, wordsOf), view),
});

function askedOf(query: PageRequest['query']): FailuresAsked {
  return { series: query['series'] || undefined, limit: MAX_ROWS };
}

function wordsOf(group: FailureGroup): string {
  const { errorType, message, thrownAt = '', name, series, path = '', within } = group;
  const inIt = within.map((each) => `${each.name} ${each.series}`).join(' ');
  return `${errorType} ${message} ${thrownAt} ${name} ${series} ${path} ${inIt}`;
}
