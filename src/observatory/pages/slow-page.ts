import type { OperationRow, SamplingFacts } from '../../../otel/query.ts';
import { html } from '../../views/html.ts';
import { panel } from '../charts/frame.ts';
import { csvLink } from '../draw/facts.ts';
import { drawTable, sheetOf, sortRows } from '../draw/table.ts';
import { operationColumns } from '../draw/trace-table.ts';
import { duration, text } from '../format/quantity.ts';
import { definePage } from '../page.ts';
import { plural } from '../sentences/sentence.ts';

const MAX_ROWS = 200;

interface SlowFacts {
  readonly rows: readonly OperationRow[];
  readonly thresholdsSeconds: SamplingFacts['thresholdsSeconds'];
}

/** Operations at or above their threshold, slowest first; each opens its trace at the span. */
export const slowPage = definePage<SlowFacts>({
  path: '/slow',
  menu: 'slow',
  fetch: ({ telemetry, range }) => ({
    rows: telemetry.slow(range, MAX_ROWS),
    thresholdsSeconds: telemetry.sampling().thresholdsSeconds,
  }),
  title: () => 'Slow',
  sentence({ rows }, { links, range }) {
    const [first] = rows;
    if (first === undefined)
      return [{ text: 'Nothing was slow', tone: 'good' }, { text: ` ${range.words}.` }];
    const many =
      rows.length >= MAX_ROWS ? `${MAX_ROWS} and more operations` : plural(rows.length, 'operation');
    return [
      {
        text: `${many} reached ${rows.length === 1 ? 'its' : 'their'} threshold ${range.words}. The slowest, `,
      },
      { text: first.name, href: links.trace(first.traceId, first.spanId), tone: first.type },
      { text: `, took ${text(duration(first.durationMillis))}.` },
    ];
  },
  draw({ rows, thresholdsSeconds }, view) {
    const anyFailed = rows.some((row) => row.status === 'error');
    const columns = operationColumns(view).filter(({ key }) => anyFailed || key !== 'status');
    const limit = (seconds: number): string => text(duration(seconds * 1000));
    return panel({
      title: 'Slow operations',
      note: html`${rows.length >= MAX_ROWS && `first ${MAX_ROWS} `}${csvLink(view)}`,
      body: drawTable(sortRows(rows, columns, view.query['sort']), columns, {
        caption: 'Slow operations',
        keyOf: (row) => row.spanId,
        view,
        empty: 'Nothing reached its threshold in this range.',
      }),
      foot: html`<span
        >from ${limit(thresholdsSeconds.http)} for requests, ${limit(thresholdsSeconds.database)} for
        statements, ${limit(thresholdsSeconds.render)} for rendering; always kept</span
      >`,
    });
  },
  sheet: ({ rows }, view) => sheetOf(rows, operationColumns(view)),
});
