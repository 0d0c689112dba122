import type { MissingTrace, TraceDetail } from '../../../otel/query.ts';
import { html, type Html, type HtmlValue } from '../../markup/html.ts';
import { countText, duration, durationCell, figure, text, threeDigits } from '../../markup/quantity.ts';
import { panel } from '../charts/frame.ts';
import { shareBar } from '../charts/sparkline.ts';
import { breakable, csvLink } from '../draw/facts.ts';
import { operationName } from '../draw/statement-name.ts';
import { drawTable, sheetOf, type Column } from '../draw/table.ts';
import { moment } from '../format/moment.ts';
import { readablePath } from '../format/readable-path.ts';
import { shortened } from '../format/shortened.ts';
import { shownName } from '../format/shown-name.ts';
import type { PageView } from '../page.ts';
import { missingTraceSentence } from '../sentences/trace-sentence.ts';
import { plural, type Sentence } from '../sentences/sentence.ts';
import {
  comparedAttributes,
  comparedOperations,
  OTHERS,
  otherTrace,
  type ComparedAttribute,
  type ComparedOperation,
  type Other,
} from '../trace/compared-traces.ts';
import { isDetail } from '../trace/trace-facts.ts';
import { definePage } from './define-page.ts';

/** Limit of a value in a cell, in characters. */
const MAX_VALUE = 200;
/** An operation with this share of the difference is named. */
const MOST = 0.5;
/** Durations that differ less are called about equal. */
const ABOUT_EQUAL = 0.05;

interface ComparedTraces {
  readonly trace: TraceDetail | MissingTrace;
  /** Undefined if no other trace of its kind is held. */
  readonly other: TraceDetail | MissingTrace | undefined;
  readonly which: Other | undefined;
  readonly operations: readonly ComparedOperation[];
  readonly attributes: readonly ComparedAttribute[];
}

/** Two traces side by side: what each operation took in both, and what differs in what was asked. */
export const compareTracesPage = definePage<ComparedTraces>({
  path: '/traces/compare',
  menu: 'traces',
  live: false,
  ranged: false,
  parent: { path: '/traces', label: 'Traces' },
  fetch({ telemetry, query }) {
    const idOf = (value: string | undefined): string => (value ?? '').slice(0, 64).toLowerCase();
    const trace = telemetry.trace(idOf(query['trace']));
    const asked = query['with'] ?? 'typical';
    const which = OTHERS.find((each) => each === asked);
    const nothing = { trace, which, operations: [], attributes: [] };
    if (!isDetail(trace)) return { ...nothing, other: undefined };
    const id = which === undefined ? idOf(asked) : otherTrace(telemetry, trace, which);
    const other = id === undefined ? undefined : telemetry.trace(id);
    if (other === undefined || !isDetail(other)) return { ...nothing, other };
    return {
      trace,
      other,
      which,
      operations: comparedOperations(trace, other),
      attributes: comparedAttributes(trace, other),
    };
  },
  title: () => 'Compare',
  status: ({ trace, other }) => (isDetail(trace) && (other === undefined || isDetail(other)) ? 200 : 404),
  sentence: comparedSentence,
  draw(facts, view) {
    const { trace, other, operations, attributes } = facts;
    if (!isDetail(trace)) return html`<p><a href="${view.links.to('/traces')}">All traces held</a></p>`;
    return html`${otherLinks(facts, trace, view)}
    ${
      other !== undefined &&
      isDetail(other) &&
      html`<div class="grid even">
          ${headPanel('This trace', trace, view)}
          ${headPanel(OTHER_TITLES[facts.which ?? 'asked'], other, view)}
        </div>
        ${panel({
          title: 'By operation',
          note: html`self time; the largest difference first ${csvLink(view)}`,
          body: drawTable(operations, operationColumns(trace, other, view), {
            caption: 'Operations of both traces',
            keyOf: (row) => `${row.type} ${row.series}`,
            view,
            still: true,
            empty: 'Neither trace has a span that is still held.',
          }),
        })}
        ${panel({
          title: 'What was asked, where it differs',
          note: 'attributes of the first spans',
          body: drawTable(attributes, ATTRIBUTE_COLUMNS, {
            caption: 'Attributes that differ',
            keyOf: ({ key }) => key,
            view,
            still: true,
            empty: 'Both first spans have the same attributes.',
          }),
        })}`
    }`;
  },
  sheet: ({ trace, other, operations }, view) =>
    isDetail(trace) && other !== undefined && isDetail(other)
      ? sheetOf(operations, operationColumns(trace, other, view))
      : undefined,
});

const OTHER_TITLES: Readonly<Record<Other | 'asked', string>> = {
  typical: 'A typical one',
  fastest: 'The fastest held',
  slowest: 'The slowest held',
  asked: 'The other trace',
};

const LINK_WORDS: Readonly<Record<Other, string>> = {
  typical: 'with a typical one',
  fastest: 'with the fastest held',
  slowest: 'with the slowest held',
};

function otherLinks({ which }: ComparedTraces, { traceId }: TraceDetail, { links }: PageView): Html {
  return html`<nav class="compare-with" aria-label="Compare with">
    <span>compare</span>
    ${OTHERS.map((each) => html`<a href="${links.to('/traces/compare', { trace: traceId, with: each })}" ${each === which && html` aria-current="true"`}>${LINK_WORDS[each]}</a>`)}
  </nav>`;
}

function headPanel(title: string, trace: TraceDetail, { links, now }: PageView): Html {
  const { traceId, path, httpStatusCode, startMillis, durationMillis, spanCount, errorCount } = trace;
  return panel({
    title,
    note: moment(startMillis, now, true),
    body: html`<p class="compared-head">
        <span class="swatch type-${trace.type}"></span
        ><a class="name" href="${links.trace(traceId)}"
          ><bdi>${shortened(shownName(trace), MAX_VALUE)}</bdi></a
        >
        ${path !== undefined && html`<code class="path-asked"><bdi>${shortened(readablePath(path), MAX_VALUE)}</bdi></code>`}
      </p>
      <p class="quiet">
        <strong>${figure(duration(durationMillis))}</strong>,
        ${httpStatusCode !== undefined && html`status ${httpStatusCode}, `}${plural(spanCount, 'span')}${errorCount > 0 && html`, <span class="tone-failed">${countText(errorCount)} failed</span>`}
      </p>`,
  });
}

function operationColumns(
  one: TraceDetail,
  other: TraceDetail,
  { links }: PageView,
): readonly Column<ComparedOperation>[] {
  const longest = Math.max(one.durationMillis, other.durationMillis);
  const self = (millis: number, count: number): HtmlValue =>
    count === 0 ? html`<span class="zero">–</span>` : durationCell(millis);
  return [
    {
      label: 'operation',
      key: 'operation',
      value: (row) => row.series,
      cell: (row) => {
        const href =
          row.one.count > 0
            ? links.trace(one.traceId, row.one.spanId)
            : links.trace(other.traceId, row.other.spanId);
        return html`<span class="swatch type-${row.type}"></span>${operationName(row, href)}`;
      },
    },
    {
      label: 'this',
      key: 'self_ms',
      align: 'number',
      value: (row) => row.one.selfMillis,
      cell: (row) => self(row.one.selfMillis, row.one.count),
    },
    {
      label: 'other',
      key: 'other_self_ms',
      room: 'wide',
      align: 'number',
      value: (row) => row.other.selfMillis,
      cell: (row) => self(row.other.selfMillis, row.other.count),
    },
    {
      label: 'difference',
      key: 'more_ms',
      align: 'number',
      value: (row) => row.moreMillis,
      cell: ({ moreMillis }) =>
        html`${moreMillis > 0 ? '+' : moreMillis < 0 ? '−' : ''}${durationCell(Math.abs(moreMillis))}`,
    },
    {
      label: 'share',
      room: 'mid',
      cell: (row) => shareBar(row.type, Math.abs(row.moreMillis) / Math.max(longest, 1e-9)),
    },
    {
      label: 'spans',
      key: 'spans',
      align: 'number',
      room: 'mid',
      value: (row) => row.one.count,
      cell: ({ one: { count }, other: { count: otherCount } }) =>
        count === otherCount ? countText(count) : `${countText(count)} / ${countText(otherCount)}`,
    },
    {
      label: 'spans of the other',
      key: 'other_spans',
      room: 'wide',
      align: 'number',
      value: (row) => row.other.count,
      cell: (row) => countText(row.other.count),
    },
  ];
}

const valueCell = (value: ComparedAttribute['one']): HtmlValue =>
  value === undefined
    ? html`<span class="zero">–</span>`
    : html`<code class="wrap"><bdi>${shortened(String(value), MAX_VALUE)}</bdi></code>`;

const ATTRIBUTE_COLUMNS: readonly Column<ComparedAttribute>[] = [
  {
    label: 'attribute',
    cell: ({ key }) => html`<code class="wrap">${breakable(shortened(key, MAX_VALUE))}</code>`,
  },
  { label: 'this', cell: ({ one }) => valueCell(one) },
  { label: 'other', cell: ({ other }) => valueCell(other) },
];

/** How much longer it took, and which operation made most of the difference. */
function comparedSentence({ trace, other, operations }: ComparedTraces, { links, now }: PageView): Sentence {
  if (!isDetail(trace)) return missingTraceSentence(trace, links, now);
  const name = { text: shownName(trace), href: links.trace(trace.traceId), tone: trace.type };
  if (other === undefined) return [name, { text: ': no other trace of its kind is held.' }];
  if (!isDetail(other)) return missingTraceSentence(other, links, now);
  const [one, two] = [trace.durationMillis, other.durationMillis];
  const more = one - two;
  const words =
    Math.abs(more) <= ABOUT_EQUAL * Math.max(one, two)
      ? ` took ${text(duration(one))}, about as long as the other with ${text(duration(two))}.`
      : more > 0
        ? ` took ${text(duration(one))}${two > 0 ? `, ${threeDigits(Number((one / two).toPrecision(2)))} times` : ' against'} the ${text(duration(two))} of the other.`
        : ` took ${text(duration(one))}, less than the ${text(duration(two))} of the other.`;
  return [name, { text: words }, ...causeWords(operations, more, trace.traceId, links)];
}

function causeWords(
  operations: readonly ComparedOperation[],
  more: number,
  traceId: string,
  links: PageView['links'],
): Sentence {
  const [cause] = operations;
  if (cause === undefined || Math.sign(cause.moreMillis) !== Math.sign(more)) return [];
  if (Math.abs(cause.moreMillis) < Math.abs(more) * MOST) return [];
  const { one, other, moreMillis } = cause;
  const spans =
    one.count === other.count
      ? ''
      : `: it ran ${plural(one.count, 'time')} here and ${countText(other.count)} there`;
  return [
    { text: ' ' },
    {
      text: shownName(cause),
      tone: cause.type,
      ...(one.count > 0 && { href: links.trace(traceId, one.spanId) }),
    },
    { text: ` made ${text(duration(Math.abs(moreMillis)))} of the difference${spans}.` },
  ];
}
