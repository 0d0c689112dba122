import type { Context, Middleware } from 'koa';
import type { TelemetryQuery, TimeRange } from '../../otel/query.ts';
import { Links } from './links.ts';
import { metricsDocument, type MetricsDocument } from './facts/metrics-document.ts';
import { rangeAsked } from './facts/range-asked.ts';
import { rangeDocument } from './facts/range-document.ts';
import { overviewSentence } from './sentences/overview-sentence.ts';
import { sentenceText } from './sentences/sentence.ts';
import { situationOf } from './sentences/situation.ts';
import { sinceStart, type ChosenRange } from './facts/time-range.ts';

/** The overview's sentence about the range that the overview shows, for `/admin/health`. */
export function overviewSummary(telemetry: TelemetryQuery, now: number = telemetry.now()): string {
  const range = rangeAsked(telemetry, {}, now);
  return summaryOf(telemetry, range, now, range, metricsDocument(telemetry, range));
}

/** @param counted The range of the counts; undefined: since this process started. */
function summaryOf(
  telemetry: TelemetryQuery,
  range: ChosenRange,
  now: number,
  counted: TimeRange | undefined,
  metrics: MetricsDocument,
): string {
  const known = {
    metrics,
    routes: telemetry.series('http', counted),
    statements: telemetry.series('database', counted),
    runtime: telemetry.runtime(range),
  };
  return sentenceText(overviewSentence(situationOf(telemetry, range, now, known), new Links('', {})));
}

/**
 * `GET /admin/metrics`: MetricsDocument with `summary` and `range`, all three for the same time: since this process started, or `?from=`. An
 * invalid range is answered with 400.
 */
export function createMetricsRoute({
  telemetry,
  now = () => telemetry.now(),
}: {
  readonly telemetry: TelemetryQuery;
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
    const metrics = metricsDocument(telemetry, counted);
    ctx.body = {
      summary: summaryOf(telemetry, range, at, counted, metrics),
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
