import type { MissingTrace, TraceDetail } from '../../../otel/query.ts';
import { html, type Html } from '../../markup/html.ts';
import { countText, duration, figure, text, threeDigits } from '../../markup/quantity.ts';
import { panel } from '../charts/frame.ts';
import { compareLinks } from '../draw/compare-links.ts';
import { COMPARED_ATTRIBUTE_COLUMNS, comparedOperationColumns } from '../draw/compared-trace-columns.ts';
import { csvLink } from '../draw/facts.ts';
import { drawTable, sheetOf } from '../draw/table.ts';
import { moment } from '../format/moment.ts';
import { readablePath } from '../format/readable-path.ts';
import { shortened } from '../format/shortened.ts';
import { shownName } from '../format/shown-name.ts';
import { versionsText } from '../format/versions-text.ts';
import type { PageView } from '../page.ts';
import { missingTraceSentence } from '../sentences/trace-sentence.ts';
import { plural, type Sentence } from '../sentences/sentence.ts';
import {
  comparedAttributes,
  comparedOperations,
  LOOP_WAIT,
  OTHERS,
  otherTrace,
  type ComparedAttribute,
  type ComparedOperation,
  type Other,
} from '../trace/compared-traces.ts';
import { stallsAround, withWaits } from '../facts/loop-waits.ts';
import { betweenWords } from '../facts/time-range.ts';
import { typicalTrace, type TypicalTrace } from '../trace/typical-trace.ts';
import { isDetail } from '../trace/trace-facts.ts';
import { definePage } from './define-page.ts';

/** Limit of a name or address, in characters. */
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
  /** Why the other one is typical; undefined if it is not asked for as that. */
  readonly typical: TypicalTrace | undefined;
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
  fetch({ telemetry, query, range }) {
    const idOf = (value: string | undefined): string => (value ?? '').slice(0, 64).toLowerCase();
    const waited = (held: TraceDetail | MissingTrace): TraceDetail | MissingTrace =>
      isDetail(held) ? withWaits(held, stallsAround(telemetry, held)) : held;
    const trace = waited(telemetry.trace(idOf(query['trace'])));
    const asked = query['with'] ?? 'typical';
    const which = OTHERS.find((each) => each === asked);
    const nothing = { trace, which, typical: undefined, operations: [], attributes: [] };
    if (!isDetail(trace)) return { ...nothing, other: undefined };
    const typical = which === 'typical' ? typicalTrace(telemetry, trace, range) : undefined;
    const id =
      which === undefined
        ? idOf(asked)
        : which === 'typical'
          ? typical?.traceId
          : otherTrace(telemetry, trace, which);
    const other = id === undefined ? undefined : waited(telemetry.trace(id));
    if (other === undefined || !isDetail(other)) return { ...nothing, other };
    return {
      trace,
      other,
      which,
      typical,
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
          ${headPanel(OTHER_TITLES[facts.which ?? 'asked'], other, view, facts.typical)}
        </div>
        ${panel({
          title: 'By operation',
          note: html`self time; the largest difference first ${csvLink(view)}`,
          body: drawTable(operations, comparedOperationColumns(trace, other, view), {
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
          body: drawTable(attributes, COMPARED_ATTRIBUTE_COLUMNS, {
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
      ? sheetOf(operations, comparedOperationColumns(trace, other, view))
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
  return compareLinks(
    OTHERS.map((each) => ({
      href: links.to('/traces/compare', { trace: traceId, with: each }),
      words: LINK_WORDS[each],
      isCurrent: each === which,
    })),
  );
}

function headPanel(title: string, trace: TraceDetail, view: PageView, typical?: TypicalTrace): Html {
  const { links, now } = view;
  const { traceId, path, httpStatusCode, startMillis, durationMillis, spanCount, errorCount, version } =
    trace;
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
        ${httpStatusCode !== undefined && html`status ${httpStatusCode}, `}${version !== undefined && html`<bdi>${versionsText([version])}</bdi>, `}${plural(spanCount, 'span')}${errorCount > 0 && html`, <span class="tone-failed">${countText(errorCount)} failed</span>`}
      </p>
      ${typical !== undefined && html`<p class="quiet">${typicalWords(typical, view)}</p>`}`,
  });
}

/** `Of the traces held, the nearest to the median of all 1,461 in the last hour: 15.4 ms.` */
function typicalWords({ median }: TypicalTrace, view: PageView): string {
  if (median === undefined) return 'Of the traces held, the nearest to the median.';
  const { count, millis, range, isAround } = median;
  const when = isAround ? betweenWords(range, view.now) : view.range.words;
  const all = count === 1 ? 'the one' : `all ${countText(count)}`;
  return `Of the traces held, the nearest to the median of ${all} counted ${when}: ${text(duration(millis))}.`;
}

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
  const by = heldBy(more > 0 ? trace : other);
  return [
    name,
    { text: `${words}${versionWords(trace, other)}` },
    ...causeWords(operations, more, { traceId: trace.traceId, by }, links),
  ];
}

/** Said if both are not of one version. */
function versionWords(one: TraceDetail, other: TraceDetail): string {
  if (one.version === other.version) return '';
  const [here, there] = [one, other].map(({ version }) =>
    version === undefined ? 'an unknown version' : versionsText([version]),
  );
  return ` It is of ${here}, the other of ${there}.`;
}

function waitCauseWords(
  { one, other, moreMillis }: ComparedOperation,
  more: number,
  by: string,
  links: PageView['links'],
): Sentence {
  const who = more > 0 ? 'it' : 'the other';
  const most = text(duration(more > 0 ? one.selfMillis : other.selfMillis));
  return [
    {
      text: ` ${text(duration(Math.abs(moreMillis)))} of the difference is waiting: ${who} waited ${most} for the `,
    },
    { text: 'event loop', href: links.to('/stalls') },
    { text: `${by}.` },
  ];
}

/** What held the loop for the longest of its waits. */
function heldBy({ spans }: TraceDetail): string {
  const waits = spans.flatMap(({ waits = [] }) => waits);
  const [longest] = waits.toSorted((a, b) => b.durationMillis - a.durationMillis);
  return longest === undefined
    ? ''
    : `, blocked${waits.length > 1 ? ' most of that time' : ''} by ${longest.by}`;
}

function causeWords(
  operations: readonly ComparedOperation[],
  more: number,
  { traceId, by }: { readonly traceId: string; readonly by: string },
  links: PageView['links'],
): Sentence {
  const [cause] = operations;
  if (cause === undefined || Math.sign(cause.moreMillis) !== Math.sign(more)) return [];
  if (Math.abs(cause.moreMillis) < Math.abs(more) * MOST) return [];
  const { one, other, moreMillis } = cause;
  if (cause.series === LOOP_WAIT) return waitCauseWords(cause, more, by, links);
  const spans =
    one.count === other.count
      ? ''
      : `: it ran ${plural(one.count ?? 0, 'time')} here and ${countText(other.count ?? 0)} there`;
  return [
    { text: ' ' },
    {
      text: shownName(cause),
      tone: cause.type,
      ...(one.spanId !== '' && { href: links.trace(traceId, one.spanId) }),
    },
    { text: ` made ${text(duration(Math.abs(moreMillis)))} of the difference${spans}.` },
  ];
}
