import type { MissingTrace, SpanRow, TraceDetail } from '../../../otel/query.ts';
import { clockText, momentText } from '../format/moment.ts';
import { OWN_WORDS } from '../format/own-words.ts';
import { duration, size, text } from '../../markup/quantity.ts';
import { shownName } from '../format/shown-name.ts';
import type { Links } from '../links.ts';
import type { RepeatedStatement } from '../trace/repeated-statements.ts';
import { sharesOf, type SpanNode } from '../trace/span-tree.ts';
import type { RouteWork } from '../trace/trace-facts.ts';
import { ownTimeText } from './own-code-words.ts';
import { type CountOf, standing } from './standing-words.ts';
import { plural, type Sentence, type SentencePart } from './sentence.ts';

/** Links to the spans of the trace. */
export type SpanLinks = Pick<Links, 'trace'>;
/** An operation that takes this share of a trace is named as its cause. */
const MOST = 0.4;
/** With this share of a trace, waiting comes first. */
const MOST_WAITED = 0.5;
/** Limit of a failure's message, in characters. */
const MAX_MESSAGE = 200;

/** The duration, what took most of it and how unusual that is; or how it failed. */
export function traceSentence(
  trace: TraceDetail,
  nodes: readonly SpanNode[],
  repeated: readonly RepeatedStatement[],
  links: SpanLinks,
  countOf: CountOf,
): Sentence {
  if (nodes.length === 0) return [{ text: 'Its spans are no longer held.' }];
  const failed = failure(nodes);
  const parts: SentencePart[] =
    failed === undefined
      ? [...went(trace, nodes, repeated, links, countOf)]
      : [...failedWords(trace, failed, links)];
  const ended = ENDED_EARLY[trace.outcome ?? ''];
  if (ended !== undefined) parts.push(...endedEarlyWords(ended, nodes));
  if (trace.truncated)
    parts.push({ text: ' The trace was cut at the limit of spans or age, so the rest is missing.' });
  else if (trace.droppedSpans > 0)
    parts.push({
      text: ` ${plural(trace.droppedSpans, 'span')} of it ${trace.droppedSpans === 1 ? 'was' : 'were'} counted but not kept.`,
    });
  return parts;
}

/** The deepest failed span, where the failure began. */
function failure(nodes: readonly SpanNode[]): SpanNode | undefined {
  return nodes
    .filter((node) => node.span.status === 'error')
    .reduce<SpanNode | undefined>(
      (deepest, node) => (deepest === undefined || node.depth > deepest.depth ? node : deepest),
      undefined,
    );
}

function failedWords(trace: TraceDetail, { span }: SpanNode, links: SpanLinks): Sentence {
  const what = wordsOfFailure(span);
  const whole = what.length === 0 ? '' : `: ${what.join(': ')}`;
  const message = whole.length > MAX_MESSAGE ? `${whole.slice(0, MAX_MESSAGE - 1)}…` : whole;
  return [
    { text: `Failed after ${text(duration(trace.durationMillis))} in ` },
    { text: shownName(span), href: links.trace(trace.traceId, span.spanId), tone: 'failed' },
    {
      text: `${message}${/[.!?…]$/.test(message) ? '' : '.'}`,
    },
  ];
}

/** Type and message, from its exception if the span has only a status code. */
function wordsOfFailure({ attributes, events, statusMessage }: SpanRow): readonly string[] {
  const thrown = events.findLast((event) => event.name === 'exception')?.attributes ?? {};
  const named = attributes['error.type'];
  const type = /^\d*$/.test(String(named ?? '')) ? (thrown['exception.type'] ?? named) : named;
  return [type, statusMessage || thrown['exception.message']]
    .filter((each) => each !== undefined && each !== '')
    .map((each) => String(each));
}

const ENDED_EARLY: Readonly<Record<string, string>> = {
  aborted: 'The client disconnected before the response was complete',
  cut: 'The blog stopped before the response was complete',
};

function endedEarlyWords(ended: string, nodes: readonly SpanNode[]): Sentence {
  const sent = nodes[0]?.span.attributes['http.response.body.size'];
  return [
    {
      text: ` ${ended}${typeof sent === 'number' ? `, after ${text(size(sent))}` : ''}.`,
    },
  ];
}

function went(
  trace: TraceDetail,
  nodes: readonly SpanNode[],
  repeated: readonly RepeatedStatement[],
  links: SpanLinks,
  countOf: CountOf,
): Sentence {
  const total = trace.durationMillis;
  const whole: SentencePart = { text: text(duration(total)) };
  const [root] = nodes;
  const waited = nodes.reduce((sum, node) => sum + node.waitedMillis, 0);
  if (waited >= total * MOST_WAITED)
    return [whole, { text: ', most of it waiting for the event loop.' }, ...unusual(root?.span, countOf)];
  const [most] = sharesOf(nodes);
  if (root !== undefined && nodes.length === 1 && root.span.type === 'http' && isWhole(trace))
    return [whole, { text: `, all of it ${ownTimeText(root)}.` }, ...unusual(root.span, countOf)];
  if (root === undefined || most === undefined || nodes.length === 1)
    return [whole, { text: '.' }, ...unusual(root?.span, countOf)];
  const run = repeated.find((each) => each.series === most.series);
  const { span } = most.node;
  const name: SentencePart = {
    text: shownName(span),
    // A run is folded into its first span.
    href: links.trace(trace.traceId, run?.spanIds[0] ?? span.spanId),
    tone: span.type,
  };
  const took = text(duration(most.selfMillis));
  if (most.node === root && most.count === 1) {
    if (most.selfMillis >= total * MOST)
      return [
        whole,
        { text: ', most of it in ' },
        // A series without a route (unknown paths) is not a name.
        span.type !== 'http' || /^\S+ \//.test(name.text) ? name : { ...name, text: 'the request' },
        { text: ` itself${!isWhole(trace) || span.type !== 'http' ? '' : `: ${ownTimeText(root)}`}.` },
        ...unusual(root.span, countOf),
      ];
  } else if (run !== undefined)
    return [
      whole,
      { text: '; ' },
      name,
      {
        text: ` ran ${run.count} times one after the other, ${took} in total. One query could replace them.`,
      },
      ...unusual(root.span, countOf, 'The whole'),
    ];
  else if (most.count > 1)
    return [
      whole,
      { text: '; ' },
      name,
      { text: ` ran ${most.count} times, ${took} in total.` },
      ...unusual(root.span, countOf, 'The whole'),
    ];
  else if (most.selfMillis >= total * MOST)
    return [
      whole,
      { text: ', of which ' },
      name,
      { text: ` took ${took}.` },
      ...unusualPart(span, root.span, countOf),
    ];
  return [
    whole,
    { text: `, spread over ${plural(nodes.length, 'operation')}; the largest, ` },
    name,
    { text: `, took ${took}.` },
    ...unusual(root.span, countOf, 'The whole'),
  ];
}

/**
 * True if the sentence can only say that most of the time was the request's own, not in what: no failure, no waiting, no sending explains it.
 */
export function isOwnTime(trace: TraceDetail, nodes: readonly SpanNode[]): boolean {
  const [root] = nodes;
  const [most] = sharesOf(nodes);
  if (root?.span.type !== 'http' || !isWhole(trace) || failure(nodes) !== undefined) return false;
  const total = trace.durationMillis;
  const waited = nodes.reduce((sum, { waitedMillis }) => sum + waitedMillis, 0);
  const isLargest = most?.node === root && most.count === 1 && most.selfMillis >= total * MOST;
  return (nodes.length === 1 || isLargest) && waited < total * MOST_WAITED && ownTimeText(root) === OWN_WORDS;
}

/** What its route knows of such time, as such: nothing is known of this request. */
export function routeWorkWords(
  { place, requests, fromMillis }: RouteWork,
  when: string,
  links: Pick<Links, 'to'>,
): Sentence {
  return [
    {
      text: ` In ${requests === 1 ? 'another request' : `${requests.toLocaleString('en')} other requests`} of this route${when}, ${requests === 1 ? 'which' : 'each of which'} held the event loop for ${text(duration(fromMillis))} or longer, it was work in `,
    },
    { text: place, href: links.to('/stalls') },
    { text: '; whether in this one, too, was not recorded.' },
  ];
}

/** True if it has every span that there was. */
function isWhole({ truncated, droppedSpans }: TraceDetail): boolean {
  return !truncated && droppedSpans === 0;
}

function unusual(span: SpanRow | undefined, countOf: CountOf, what = 'That'): Sentence {
  const words = standing(span, countOf);
  if (span === undefined || words === undefined) return [];
  return [{ text: ` ${what} is ${words}${countOf(span).when ?? ''}.` }];
}

/** Of an operation that took most of a request, and of the request: one may be usual and the other not. */
function unusualPart(span: SpanRow, whole: SpanRow, countOf: CountOf): Sentence {
  const [one, all] = [standing(span, countOf), standing(whole, countOf)];
  if (one === undefined || all === undefined)
    return one === undefined ? unusual(whole, countOf, 'The whole') : unusual(span, countOf);
  return [{ text: ` That is ${one}; the whole is ${all}${countOf(whole).when ?? ''}.` }];
}

const EVICTION = {
  count: 'the buffer was full',
  bytes: 'the buffer reached its size limit',
  age: 'it aged out',
};

/** Why the trace is missing, and where to look instead. */
export function missingTraceSentence(missing: MissingTrace, links: Links, now: number): Sentence {
  const { evicted } = missing;
  const instead: Sentence = [
    { text: ' ' },
    { text: 'See the traces that are here', href: links.to('/traces') },
    { text: '.' },
  ];
  if (missing.reason === 'evicted' && evicted !== undefined) {
    const from = new Date(evicted.startMillis - 300_000).toISOString();
    const to = new Date(evicted.startMillis + 300_000).toISOString();
    return [
      { text: `This trace was ` },
      { text: evicted.name, tone: 'http' },
      {
        text: ` at ${momentText(evicted.startMillis, now)}. It was evicted from memory at ${momentText(evicted.atMillis, now)} because ${EVICTION[evicted.reason]}, and is not on disk. `,
      },
      {
        text: `Other traces around ${clockText(evicted.startMillis)}`,
        href: links.ranged('/traces', {}, { from, to }),
      },
      { text: ' may show the same.' },
    ];
  }
  if (missing.reason === 'running')
    return [{ text: 'This trace is still running. Its spans are shown once it has ended.' }];
  if (missing.reason === 'never-kept')
    return [
      { text: 'This trace was counted but its detail was not kept: ' },
      { text: 'sampling', href: links.to('/sampling') },
      { text: ' dropped it.' },
      ...instead,
    ];
  return [
    {
      text: `There is no trace with this ID in memory or on disk. Dropped and evicted traces are remembered only for a while${missing.rememberedFromMillis === undefined ? '' : `, and not from before the start at ${momentText(missing.rememberedFromMillis, now)}`}, so it may have existed.`,
    },
    ...instead,
  ];
}
