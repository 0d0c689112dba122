import { agentName } from '../../../otel/kit.ts';
import type {
  AttributeValue,
  SampledSide,
  SampledSpan,
  SampledTrace,
  SampleFilter,
} from '../../../otel/query.ts';

/** The span that has a value; its weight is undefined if unknown. */
export type Bearer = Pick<SampledSpan, 'type' | 'weight'>;

/** Receives a value that a trace has, with the span that has it. */
export type TakeValue = (key: string, value: string, bearer: Bearer) => void;

/** The operation of a trace that is compared. */
export type UnitOf = (trace: SampledTrace) => SampledSpan | undefined;

/** How many kept traces each one that was read stands for. */
export function drawnFrom({ kept, traces }: SampledSide): number {
  return kept / Math.max(1, traces.length);
}

/** Length of a value of `hour`. */
export const HOUR_MILLIS = 3_600_000;
const MAX_TEXT = 200;

/** The kind of a series, as a key. */
const SERIES_KEY = { http: 'route', database: 'statement', render: 'template', other: 'operation' } as const;

/** Other names of what is compared anyway, ids, and notes of the kit. */
const SKIPPED =
  /^(?:http\.route|db\.query\.(?:text|summary)|render\.template|network\.peer\.port|client\.port|telemetry\..*|.*request-id)$/;
/** They follow from being slow. */
const TIMES = /duration|time_to|wait|\.outcome$/;
/** They say that or how it failed, older names included, so they are on one side only. */
const OUTCOMES =
  /^(?:error|exception)(?:\.|$)|^(?:http|db)\.response\.|^http\.(?:status_|response_)|status_(?:code|description|text)$|\.outcome$/;
/** Numbers that name something. */
const NAMING = /(?:code|port|pid|version)$/;

/** How the values of an attribute are compared. */
type Use = 'not' | 'by magnitude' | 'as they are';

/**
 * Reads every value of a trace that may explain why it was slow or failed: attributes of all its spans, what ran in it, and what follows from them
 * (agent, referrer, version, hour, process). What is a consequence of failing or of taking long is left out.
 */
export class SampledValues {
  readonly #isFailing: boolean;
  readonly #startsMillis: readonly number[];
  readonly #uses = new Map<string, Use>();

  /** @param startsMillis Of processes, oldest first. */
  constructor(marked: SampleFilter['marked'], startsMillis: readonly number[]) {
    this.#isFailing = marked !== 'slow';
    this.#startsMillis = startsMillis;
  }

  /** Of the rest everything is read: what is left out there would seem to be on the other side alone. */
  take(side: 'marked' | 'rest', { spans, version }: SampledTrace, unit: SampledSpan, take: TakeValue): void {
    const isAfter = this.#isFailing && side === 'marked' ? afterFailure(spans, unit) : undefined;
    for (const span of spans) {
      if (span !== unit && isAfter?.(span) === true) continue;
      const { attributes } = span;
      if (span !== unit || span.type === 'http') take(SERIES_KEY[span.type], span.series, span);
      for (let at = 0; at < attributes.length; at += 2)
        this.#takeAttribute(String(attributes[at]), attributes[at + 1]!, span, take);
    }
    if (version !== undefined) take('version', version, unit);
    take('hour', String(Math.floor(unit.startMillis / HOUR_MILLIS) * HOUR_MILLIS), unit);
    const started = this.#startsMillis.findLast((millis) => millis <= unit.startMillis);
    if (started !== undefined) take('process', String(started), unit);
  }

  #takeAttribute(key: string, value: AttributeValue, bearer: Bearer, take: TakeValue): void {
    let use = this.#uses.get(key);
    if (use === undefined) this.#uses.set(key, (use = this.#useOf(key)));
    if (use === 'not') return;
    if (Array.isArray(value)) for (const part of value) take(key, textOf(use, part), bearer);
    else take(key, textOf(use, value), bearer);
    if (key === 'user_agent.original') takeAgent(String(value), bearer, take);
    else if (key === 'http.request.header.referer') takeReferrer(String(value), bearer, take);
  }

  #useOf(key: string): Use {
    if (SKIPPED.test(key) || TIMES.test(key) || (this.#isFailing && OUTCOMES.test(key))) return 'not';
    return NAMING.test(key) ? 'as they are' : 'by magnitude';
  }
}

/**
 * Of a failed trace, whether a span began after the failure: that draws its page. Without an exception on the operation that is known only of renders,
 * and those that failed themselves are no such page.
 */
function afterFailure(
  spans: readonly SampledSpan[],
  { events }: SampledSpan,
): ((span: SampledSpan) => boolean) | undefined {
  if (!spans.some(({ status }) => status === 'error')) return undefined;
  const failedMillis = events.findLast(({ name }) => name === 'exception')?.timeMillis;
  return failedMillis === undefined
    ? ({ type, status }) => type === 'render' && status !== 'error'
    : ({ startMillis }) => startMillis >= failedMillis;
}

function takeAgent(userAgent: string, bearer: Bearer, take: TakeValue): void {
  const { name, isBrowser } = agentName(userAgent);
  take('agent', name, bearer);
  take('agent kind', isBrowser ? 'browsers' : 'bots and other programs', bearer);
}

function takeReferrer(address: string, bearer: Bearer, take: TakeValue): void {
  const host = URL.canParse(address) ? new URL(address).host : '';
  if (host !== '') take('referrer', host, bearer);
}

function textOf(use: Use, value: unknown): string {
  if (typeof value === 'number' && use === 'by magnitude') return decadeOf(value);
  const text = String(value);
  return text.length <= MAX_TEXT ? text : `${text.slice(0, MAX_TEXT)}…`;
}

/** Numbers are compared by their magnitude: `0`, `1`, `2–9`, `10–99`. */
export function decadeOf(value: number): string {
  if (!Number.isFinite(value) || value === 0 || value === 1) return String(value);
  const sign = value < 0 ? '-' : '';
  const power = Math.floor(Math.log10(Math.abs(value)) + 1e-12);
  if (!Number.isInteger(value) || power < 0) return `${sign}10^${power}…`;
  return `${sign}${power === 0 ? 2 : 10 ** power}–${sign}${10 ** (power + 1) - 1}`;
}
