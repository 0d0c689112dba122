import type { HistoryFacts } from '../../../otel/query.ts';
import { html } from '../../markup/html.ts';
import { panel } from '../charts/frame.ts';
import { csvLink } from '../draw/facts.ts';
import { clientPanel } from '../draw/client-panel.ts';
import { failedClients, type FailedClients } from '../facts/failed-clients.ts';
import { overPanel } from '../draw/over-panel.ts';
import { overRepresented, type OverRepresentation } from '../facts/over-represented.ts';
import { missingFromMustKeep } from '../draw/history-panel.ts';
import { foundRows, tablePage } from '../draw/paged-table.ts';
import { drawTable, sortRows } from '../draw/table.ts';
import {
  failureColumns,
  failureSheet,
  failuresIn,
  withExceptions,
  withResolved,
  type FailureGroup,
} from '../draw/failure-groups.ts';
import { shortened } from '../format/shortened.ts';
import { countText } from '../../markup/quantity.ts';
import { definePage } from './define-page.ts';
import { plural } from '../sentences/sentence.ts';

/** Limit of failures that are grouped. */
const MAX_ROWS = 5000;
/** Limit of a series' name in the sentence, in characters. */
const MAX_PLACE = 120;

interface FailuresFacts {
  /** Counted over all operations in the range. */
  readonly counted: number;
  readonly kept: number;
  /** The newest kept failures. */
  readonly grouped: number;
  readonly groups: readonly FailureGroup[];
  readonly series: string | undefined;
  /** What failed requests have more often than the rest; undefined for one series. */
  readonly over: OverRepresentation | undefined;
  readonly clients: FailedClients;
  readonly slowMillis: number;
  readonly history: HistoryFacts | undefined;
}

/** Failures grouped by type and place, with first and last seen and a trace. */
export const failuresPage = definePage<FailuresFacts>({
  path: '/failures',
  menu: 'failures',
  fetch({ telemetry, range, query }) {
    const series = query['series'];
    const asked = { series: series || undefined, limit: MAX_ROWS };
    const { rows, total, groups } = failuresIn(telemetry, range, asked);
    const counted = Object.values(telemetry.operations(range)).reduce(
      (sum, operation) => sum + operation.errors,
      0,
    );
    return {
      counted,
      kept: total,
      grouped: rows.length,
      groups: withResolved(telemetry, withExceptions(telemetry, groups), range.toMillis),
      series: series === '' ? undefined : series,
      over: series ? undefined : overRepresented(telemetry, { range, type: 'http', marked: 'failed' }),
      clients: failedClients(telemetry, range, series || undefined),
      slowMillis: telemetry.sampling().thresholdsSeconds.http * 1000,
      history: telemetry.history(),
    };
  },
  title: () => 'Failures',
  sentence({ counted, kept, groups, series }, { links, range }) {
    const [first] = groups;
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
          text: `${plural(counted, 'operation')} failed ${range.words}; their traces are no longer held.`,
        },
      ];
    const areAll = kept >= counted;
    const most =
      groups.length > 1
        ? `${groups[1]?.count === first.count ? 'As often as others' : 'Most often'}${areAll ? '' : ', of those that are held,'} it was `
        : areAll
          ? 'All are '
          : 'All that are still held are ';
    return [
      {
        text:
          series === undefined
            ? `${plural(counted, 'operation')} failed ${range.words}. `
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
    ];
  },
  draw({ counted, groups, kept, grouped, series, history, over, slowMillis, clients }, view) {
    const columns = failureColumns(view, groups);
    const partly = series === undefined && kept < counted;
    const part = tablePage(sortRows(groups, columns, view.query['sort']), view, wordsOf);
    return html`${panel({
      title: 'By type and place',
      note: html`${countText(kept)}
      ${partly ? html`of ${countText(counted)} still held` : 'held'}${grouped < kept && html`, the newest ${countText(grouped)} grouped`}${part.note !== undefined && html`; groups ${part.note}`}
      ${series !== undefined && html`<a href="${view.links.to('/failures')}">show all places</a> `}${csvLink(view)}`,
      body: html`${part.search}${drawTable(part.rows, columns, {
        caption: 'Failures by type and place',
        keyOf: (group) => group.key,
        view,
        empty: groups.length > 0 ? 'No failure has these words.' : 'Nothing failed in this range.',
      })}${part.pages}`,
      foot: html`<span
        >resolved: not seen for 24 hours or longer, of the failures held, while the operation ran at least 10
        times in the last 24 hours. 4xx responses are client errors, not failures: see
        <a href="${view.links.to('/routes')}">routes</a>. ${missingFromMustKeep(history)}</span
      >`,
    })}${clientPanel(clients, view)}${
      over &&
      overPanel(
        over,
        { all: 'failed requests', short: 'failed' },
        { type: 'http', marked: 'failed', slowMillis },
        view,
      )
    }`;
  },
  sheet: ({ groups }, view) => failureSheet(foundRows(groups, view, wordsOf), view),
});

function wordsOf(group: FailureGroup): string {
  const { errorType, message, thrownAt = '', name, series, path = '' } = group;
  return `${errorType} ${message} ${thrownAt} ${name} ${series} ${path}`;
}
