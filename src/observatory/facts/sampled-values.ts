import { agentName } from '../../../otel/kit.ts';
import type {
  AttributeValue,
  SampledSide,
  SampledSpan,
  SampledTrace,
  SampleFilter,
} from '../../../otel/query.ts';

/** Receives a value that a trace has, with the weight of the span that has it; undefined if that is unknown. */
export type TakeValue = (key: string, value: string, weight: number | undefined) => void;

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
/** They follow from being slow, and from having failed. */
const TIMES = /duration|time_to|wait|\.outcome$/;
const OUTCOMES = /^(?:error|exception|http\.response|db\.response)\.|\.outcome$/;
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

  take({ spans, version }: SampledTrace, unit: SampledSpan, take: TakeValue): void {
    const failedMillis = failureMillis(unit);
    for (const span of spans) {
      // What runs after a failure draws its page.
      const isLater = failedMillis === undefined ? span.type === 'render' : span.startMillis >= failedMillis;
      if (this.#isFailing && isLater && span !== unit) continue;
      const { attributes, weight } = span;
      if (span !== unit || span.type === 'http') take(SERIES_KEY[span.type], span.series, weight);
      for (let at = 0; at < attributes.length; at += 2)
        this.#takeAttribute(String(attributes[at]), attributes[at + 1]!, weight, take);
    }
    if (version !== undefined) take('version', version, unit.weight);
    take('hour', String(Math.floor(unit.startMillis / HOUR_MILLIS) * HOUR_MILLIS), unit.weight);
    const started = this.#startsMillis.findLast((millis) => millis <= unit.startMillis);
    if (started !== undefined) take('process', String(started), unit.weight);
  }

  #takeAttribute(key: string, value: AttributeValue, weight: number | undefined, take: TakeValue): void {
    let use = this.#uses.get(key);
    if (use === undefined) this.#uses.set(key, (use = this.#useOf(key)));
    if (use === 'not') return;
    if (Array.isArray(value)) for (const part of value) take(key, textOf(use, part), weight);
    else take(key, textOf(use, value), weight);
    if (key === 'user_agent.original') takeAgent(String(value), weight, take);
    else if (key === 'http.request.header.referer') takeReferrer(String(value), weight, take);
  }

  #useOf(key: string): Use {
    if (SKIPPED.test(key) || TIMES.test(key) || (this.#isFailing && OUTCOMES.test(key))) return 'not';
    return NAMING.test(key) ? 'as they are' : 'by magnitude';
  }
}

/** When the exception that surfaced was recorded; undefined without one. */
function failureMillis({ events }: SampledSpan): number | undefined {
  return events.findLast(({ name }) => name === 'exception')?.timeMillis;
}

function takeAgent(userAgent: string, weight: number | undefined, take: TakeValue): void {
  const { name, isBrowser } = agentName(userAgent);
  take('agent', name, weight);
  take('agent kind', isBrowser ? 'browsers' : 'bots and other programs', weight);
}

function takeReferrer(address: string, weight: number | undefined, take: TakeValue): void {
  const host = URL.canParse(address) ? new URL(address).host : '';
  if (host !== '') take('referrer', host, weight);
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
