import type { MissingTrace, TraceDetail } from '../../../otel/query.ts';
import { html, type Html } from '../../markup/html.ts';
import { countText, duration, figure, text } from '../../markup/quantity.ts';
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
import { comparedSentence } from '../sentences/compared-traces-sentence.ts';
import { ownCodeWords } from '../sentences/own-code-words.ts';
import { plural, sentenceText } from '../sentences/sentence.ts';
import {
  comparedAttributes,
  comparedOperations,
  OTHERS,
  otherTrace,
  type ComparedAttribute,
  type ComparedOperation,
  type Other,
} from '../trace/compared-traces.ts';
import { stallsAround, withWaits } from '../facts/loop-waits.ts';
import { withOwnCode } from '../facts/own-code.ts';
import { betweenWords } from '../facts/time-range.ts';
import { typicalTrace, type TypicalTrace } from '../trace/typical-trace.ts';
import { isDetail } from '../trace/trace-facts.ts';
import { definePage } from './define-page.ts';

/** Limit of a name or address, in characters. */
const MAX_VALUE = 200;

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
      isDetail(held) ? withOwnCode(telemetry, withWaits(held, stallsAround(telemetry, held))) : held;
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
  sentence: ({ trace, other, operations }, { links, now }) =>
    comparedSentence({ trace, other, operations }, links, now),
  draw(facts, view) {
    const { trace, other, operations, attributes } = facts;
    if (!isDetail(trace)) return html`<p><a href="${view.links.to('/traces')}">All traces held</a></p>`;
    const said = sentenceText(comparedSentence({ trace, other, operations }, view.links, view.now));
    return html`${otherLinks(facts, trace, view)}
    ${
      other !== undefined &&
      isDetail(other) &&
      html`<div class="grid even">
          ${headPanel('This trace', { trace, said }, view)}
          ${headPanel(OTHER_TITLES[facts.which ?? 'asked'], { trace: other, said }, view, facts.typical)}
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

/** @param said What the page opens with. */
function headPanel(
  title: string,
  { trace, said }: { readonly trace: TraceDetail; readonly said: string },
  view: PageView,
  typical?: TypicalTrace,
): Html {
  const { links, now } = view;
  const { traceId, path, httpStatusCode, startMillis, durationMillis, spanCount, errorCount, version } =
    trace;
  const words = sentenceText(ownCodeWords(trace)).trim();
  const code = said.includes(words.replace(/^It /, '')) ? '' : words;
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
      ${code !== '' && html`<p class="quiet">${code}</p>`}
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
