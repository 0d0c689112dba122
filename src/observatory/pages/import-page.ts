import type { OperationType } from '../../../otel/query.ts';
import { html, type Html } from '../../markup/html.ts';
import { panel } from '../charts/frame.ts';
import { seriesName } from '../draw/facts.ts';
import { drawTable, sheetOf, type Column } from '../draw/table.ts';
import { moment } from '../format/moment.ts';
import { countText } from '../../markup/quantity.ts';
import { shownName } from '../format/shown-name.ts';
import { definePage } from './define-page.ts';
import type { PageView } from '../page.ts';
import { plural } from '../sentences/sentence.ts';
import { IMPORT_PATH, IMPORTED_PATH } from '../transfer/import-routes.ts';
import { MAX_IMPORTED_SPANS, MAX_TRACES_OF_A_FILE } from '../transfer/otlp-import.ts';
import { durationColumn } from '../draw/time-columns.ts';

interface ImportedRow {
  readonly traceId: string;
  readonly name: string;
  readonly type: OperationType;
  readonly spanCount: number;
  readonly startMillis: number;
  readonly durationMillis: number;
  readonly importedMillis: number;
}

interface ImportFacts {
  readonly rows: readonly ImportedRow[];
  readonly maxTraces: number;
  readonly refused: { readonly problem: string; readonly text: string } | undefined;
}

/** Imports traces from files and lists them. */
export const importPage = definePage<ImportFacts>({
  path: IMPORT_PATH,
  menu: 'traces',
  live: false,
  ranged: false,
  offToo: true,
  parent: { path: '/traces', label: 'Traces' },
  assets: ['admin/observatory-trace.css', 'admin/trace.js'],
  fetch: ({ imported, refused }) => ({
    rows: imported.rows().map(({ trace, atMillis }) => ({
      traceId: trace.traceId,
      name: shownName(trace),
      type: trace.type,
      spanCount: trace.spanCount,
      startMillis: trace.startMillis,
      durationMillis: trace.durationMillis,
      importedMillis: atMillis,
    })),
    maxTraces: imported.maxTraces,
    refused,
  }),
  title: () => 'Import',
  status: ({ refused }) => (refused === undefined ? 200 : 422),
  sentence: ({ rows, refused }) => {
    if (refused !== undefined) return [{ text: 'Nothing was imported.', tone: 'failed' }];
    if (rows.length === 0) return [{ text: 'Open a trace of another day or another process here.' }];
    return [
      {
        text: `${plural(rows.length, 'trace')} from files ${rows.length === 1 ? 'is' : 'are'} here until the process restarts.`,
      },
    ];
  },
  draw: (facts, view) =>
    html`${form(facts, view)}
    ${panel({
      title: 'Imported',
      note: `the newest ${facts.maxTraces} are held, in memory`,
      body: drawTable(facts.rows, columns(view, facts.rows), {
        caption: 'Imported traces',
        keyOf: (row) => row.traceId,
        view,
        still: true,
        empty: 'None yet. Each trace page has a link “OTLP” that downloads such a file.',
      }),
    })}`,
  sheet: ({ rows }, view) => sheetOf(rows, columns(view, rows)),
});

function form({ refused }: ImportFacts, { links, csrfToken }: PageView): Html {
  return panel({
    title: 'OTLP JSON',
    note: `up to ${countText(MAX_IMPORTED_SPANS)} spans in ${MAX_TRACES_OF_A_FILE} traces`,
    body: html`<form class="import" method="post" action="${links.base}${IMPORT_PATH}">
      ${csrfToken !== undefined && html`<input type="hidden" name="_csrf" value="${csrfToken}" />`}
      ${refused !== undefined && html`<p class="notice" role="alert" id="import-problem">${refused.problem}</p>`}
      <label class="pick" data-into="import-text" hidden
        >file <input type="file" accept=".json,.jsonl,application/json"
      /></label>
      <label for="import-text">text of the file</label>
      <textarea
        id="import-text"
        name="otlp"
        rows="10"
        spellcheck="false"
        autocomplete="off"
        required
        placeholder='{"resourceSpans": [ … ]}'
        ${refused !== undefined && html`aria-invalid="true" aria-describedby="import-problem"`}
      >
${refused?.text ?? ''}</textarea>
      <div class="import-foot">
        <button class="primary" type="submit">Import</button>
        <p class="note">
          Accepts the output of a Collector's file exporter, or of “OTLP” on a trace page. Imported traces are
          not counted: no rate, percentile or list includes them.
        </p>
      </div>
    </form>`,
  });
}

function columns({ links, now }: PageView, rows: readonly ImportedRow[]): readonly Column<ImportedRow>[] {
  return [
    {
      label: 'operation',
      key: 'name',
      value: (row) => row.name,
      cell: (row) =>
        html`<span class="swatch type-${row.type}"></span
          >${seriesName(row.name, links.to(`${IMPORTED_PATH}/${row.traceId}`))}`,
    },
    {
      label: 'when',
      key: 'when',
      value: (row) => row.startMillis,
      cell: (row) => moment(row.startMillis, now),
    },
    durationColumn<ImportedRow>(rows),
    {
      label: 'spans',
      key: 'spans',
      align: 'number',
      value: (row) => row.spanCount,
      cell: (row) => countText(row.spanCount),
    },
    {
      label: 'imported',
      key: 'imported',
      value: (row) => row.importedMillis,
      cell: (row) => moment(row.importedMillis, now),
    },
    {
      label: 'trace id',
      key: 'trace_id',
      value: (row) => row.traceId,
      cell: (row) => html`<code class="id">${row.traceId.slice(0, 8)}</code>`,
    },
  ];
}
