import type { HistoryFacts, OperationList, SamplingFacts } from '../../../otel/query.ts';
import { html } from '../../markup/html.ts';
import { panel } from '../charts/frame.ts';
import { csvLink } from '../draw/facts.ts';
import { missingFromMustKeep } from '../draw/history-panel.ts';
import { drawTable, sheetOf, sortRows } from '../draw/table.ts';
import { operationColumns } from '../draw/trace-table.ts';
import { momentText } from '../format/moment.ts';
import { countText, duration, text } from '../../markup/quantity.ts';
import { shownName } from '../format/shown-name.ts';
import { heldSinceMillis } from '../facts/held-since.ts';
import { definePage } from './define-page.ts';
import { plural } from '../sentences/sentence.ts';

const MAX_ROWS = 200;

interface SlowFacts extends OperationList {
  readonly thresholdsSeconds: SamplingFacts['thresholdsSeconds'];
  /** The time from which all kept traces are still held; undefined if that covers the range. */
  readonly heldSinceMillis: number | undefined;
  readonly history: HistoryFacts | undefined;
}

/** Operations at or above their threshold, slowest first; each opens its trace at the span. */
export const slowPage = definePage<SlowFacts>({
  path: '/slow',
  menu: 'slow',
  fetch({ telemetry, range }) {
    return {
      ...telemetry.slow({ range, limit: MAX_ROWS }),
      thresholdsSeconds: telemetry.sampling().thresholdsSeconds,
      heldSinceMillis: heldSinceMillis(telemetry, range),
      history: telemetry.history(),
    };
  },
  title: () => 'Slow',
  sentence({ rows, total, heldSinceMillis }, { links, range, now }) {
    const [first] = rows;
    // Evicted traces are in no list, so the sentence states the time that the list covers.
    const since = heldSinceMillis === undefined ? range.words : `since ${momentText(heldSinceMillis, now)}`;
    const rest = heldSinceMillis === undefined ? '' : ' Older traces made room for newer ones.';
    if (first === undefined)
      return [{ text: 'Nothing was slow', tone: 'good' }, { text: ` ${since}.${rest}` }];
    return [
      {
        text: `${plural(total, 'operation')} reached ${total === 1 ? 'its' : 'their'} threshold ${since}. The slowest, `,
      },
      { text: shownName(first), href: links.trace(first.traceId, first.spanId), tone: first.type },
      { text: `, took ${text(duration(first.durationMillis))}.${rest}` },
    ];
  },
  draw({ rows, total, thresholdsSeconds, history }, view) {
    const anyFailed = rows.some((row) => row.status === 'error');
    const columns = operationColumns(view).filter(({ key }) => anyFailed || key !== 'status');
    const limit = (seconds: number): string => text(duration(seconds * 1000));
    return panel({
      title: 'Slow operations',
      note: html`${total > rows.length && `first ${countText(rows.length)} of ${countText(total)} `}${csvLink(view)}`,
      body: drawTable(sortRows(rows, columns, view.query['sort']), columns, {
        caption: 'Slow operations',
        keyOf: (row) => row.spanId,
        view,
        empty: 'Nothing reached its threshold in this range.',
      }),
      foot: html`<span
        >slow from ${limit(thresholdsSeconds.http)} for requests, ${limit(thresholdsSeconds.database)} for
        statements, ${limit(thresholdsSeconds.render)} for rendering; always kept, and held while there is
        room. ${missingFromMustKeep(history)}</span
      >`,
    });
  },
  sheet: ({ rows }, view) => sheetOf(rows, operationColumns(view)),
});
