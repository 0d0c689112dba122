import type { Context, Middleware } from 'koa';
import type { TelemetryQuery, TimeRange } from '../../otel/query.ts';
import { NO_DATA_FACTS, type DataFacts } from './facts/data-facts.ts';
import { inTurns } from './facts/in-turns.ts';
import { Links } from './links.ts';
import { metricsDocument, type MetricsDocument } from './facts/metrics-document.ts';
import { rangeAsked } from './facts/range-asked.ts';
import { rangeDocument } from './facts/range-document.ts';
import { checksOf } from './sentences/checks.ts';
import { overviewSentence } from './sentences/overview-sentence.ts';
import { sentenceText } from './sentences/sentence.ts';
import { prepareSituation, situationOf } from './sentences/situation.ts';
import { sinceStart, type ChosenRange } from './facts/time-range.ts';

/** The verdict in JSON. */
interface Summary {
  /** The overview's sentence. */
  readonly summary: string;
  /** What it judges, the most severe first. */
  readonly limits: readonly {
    readonly key: string;
    readonly what: string;
    readonly state: 'holds' | 'broken' | 'not judged' | 'off';
    /** Share 0–1, milliseconds, bytes or a number; null if it is not judged. */
    readonly value: number | null;
    readonly limit: number | null;
    readonly setting: string | null;
  }[];
}

/** The overview's verdict about the range that the overview shows, for `/admin/health`. */
export async function overviewSummary(telemetry: TelemetryQuery, data: DataFacts): Promise<Summary> {
  const now = telemetry.now();
  const range = rangeAsked(telemetry, {}, now);
  await inTurns(prepareSituation(telemetry, range, now));
  return summaryOf(telemetry, { range, now, counted: range, data }, metricsDocument(telemetry, range));
}

function summaryOf(
  telemetry: TelemetryQuery,
  of: {
    readonly range: ChosenRange;
    readonly now: number;
    /** The range of the counts; undefined: since this process started. */
    readonly counted: TimeRange | undefined;
    readonly data: DataFacts;
  },
  metrics: MetricsDocument,
): Summary {
  const { range, now, counted, data } = of;
  const situation = situationOf(telemetry, range, now, {
    metrics,
    routes: telemetry.series('http', counted),
    statements: telemetry.series('database', counted),
    runtime: telemetry.runtime(range),
    data,
  });
  return {
    summary: sentenceText(overviewSentence(situation, new Links('', {}))),
    limits: telemetry.enabled
      ? checksOf(situation).map(({ key, what, state, value, limit, setting }) => ({
          key,
          what,
          state,
          value: value ?? null,
          limit: limit ?? null,
          setting: setting ?? null,
        }))
      : [],
  };
}

/**
 * `GET /admin/metrics`: MetricsDocument with `summary`, `limits` and `range`, all for the same time: since this process started, or `?from=`. An
 * invalid range is answered with 400.
 */
export function createMetricsRoute({
  telemetry,
  data = () => NO_DATA_FACTS,
  now = () => telemetry.now(),
}: {
  readonly telemetry: TelemetryQuery;
  /** Default: nothing is known of the data. */
  readonly data?: () => DataFacts;
  readonly now?: () => number;
}): Middleware {
  return async (ctx: Context) => {
    await telemetry.refresh();
    const at = now();
    const query = { from: one(ctx.query['from']), to: one(ctx.query['to']) };
    const isAsked = query.from !== undefined && query.from !== '';
    const range = isAsked
      ? rangeAsked(telemetry, query, at)
      : sinceStart(telemetry.process().startedAtMillis, at);
    ctx.set('Cache-Control', 'no-store');
    if (range.problem !== undefined) {
      ctx.status = 400;
      ctx.body = { error: { status: 400, message: range.problem } };
      return;
    }
    const counted = isAsked ? range : undefined;
    await inTurns(prepareSituation(telemetry, range, at));
    const metrics = metricsDocument(telemetry, counted);
    ctx.body = {
      ...summaryOf(telemetry, { range, now: at, counted, data: data() }, metrics),
      range: rangeDocument(range, at),
      ...metrics,
    };
  };
}

/** `GET /metrics`: every metric of this process for Prometheus, or 500 and a sentence if none could be collected, so that its `up` is 0. */
export function createPrometheusRoute(telemetry: Pick<TelemetryQuery, 'prometheus'>): Middleware {
  return async (ctx: Context) => {
    ctx.vary('Accept');
    const { status, contentType, text } = await telemetry.prometheus(ctx.get('Accept'));
    ctx.status = status;
    ctx.type = contentType;
    ctx.body = text;
  };
}

function one(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}
