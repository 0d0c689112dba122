import { missingTrace } from '../draw/missing-trace.ts';
import { drawTrace, traceActions } from '../draw/trace-view.ts';
import { definePage } from './define-page.ts';
import { traceSentence } from '../sentences/trace-sentence.ts';
import { spanTree } from '../trace/span-tree.ts';
import { importedFacts, isDetail, missingFacts, type TraceFacts } from '../trace/trace-facts.ts';
import { IMPORT_PATH, IMPORTED_PATH } from '../transfer/import-routes.ts';
import { spansSheet } from '../transfer/spans-sheet.ts';
import { traceDownload } from '../transfer/trace-download.ts';
import { TRACE_ASSETS } from './trace-page.ts';
import { shownName } from '../format/shown-name.ts';

/** A trace from a file, shown like any other, but not compared with the counts of this process. */
export const importedTracePage = definePage<TraceFacts>({
  path: `${IMPORTED_PATH}/:traceId`,
  counted: false,
  menu: 'traces',
  live: false,
  offToo: true,
  parent: { path: IMPORT_PATH, label: 'Imported traces' },
  assets: TRACE_ASSETS,
  fetch({ imported, params, query }) {
    const traceId = (params['traceId'] ?? '').slice(0, 64).toLowerCase();
    const found = imported.get(traceId);
    return found === undefined
      ? missingFacts({ traceId, reason: 'unknown' })
      : importedFacts(found.trace, query['span'], found.atMillis);
  },
  title: ({ trace }) => (isDetail(trace) ? shownName(trace) : trace.traceId.slice(0, 32) || 'no trace ID'),
  status: ({ trace }) => (isDetail(trace) ? 200 : 404),
  sentence: ({ trace, repeated }, { links }) =>
    isDetail(trace)
      ? traceSentence(
          trace,
          spanTree(trace.spans),
          repeated,
          { trace: (traceId, span) => links.to(`${IMPORTED_PATH}/${traceId}`, { span }) },
          () => ({ count: 0 }),
        )
      : [
          {
            text: 'This trace is not imported. Only the newest imported traces are held, in memory, until the process restarts. ',
          },
          { text: 'Import it again', href: links.to(IMPORT_PATH) },
          { text: ', or ' },
          { text: 'look for it among the traces of this process', href: links.trace(trace.traceId) },
          { text: '.' },
        ],
  actions: (facts, view) => traceActions(facts, view),
  draw: (facts, view) =>
    isDetail(facts.trace) ? drawTrace(facts, facts.trace, view) : missingTrace(facts.trace, view),
  sheet: ({ trace }) => (isDetail(trace) ? spansSheet(trace) : undefined),
  download: (format, { trace }) => (isDetail(trace) ? traceDownload(format, trace) : undefined),
});
