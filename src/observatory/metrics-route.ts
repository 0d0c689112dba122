import type { Context, Middleware } from 'koa';
import type { TelemetryQuery } from '../../otel/query.ts';
import { Links } from './links.ts';
import { metricsDocument } from './metrics-document.ts';
import { rangeAsked } from './range-asked.ts';
import { overviewSentence } from './sentences/overview-sentence.ts';
import { sentenceText } from './sentences/sentence.ts';
import { situationOf } from './situation.ts';

/** The overview's sentence about the range that the overview shows, for `/admin/health` and `/admin/metrics`. */
export function overviewSummary(
  telemetry: TelemetryQuery,
  query: Readonly<Record<string, string | undefined>> = {},
  now: number = telemetry.now(),
): string {
  const range = rangeAsked(telemetry, query, now);
  const known = {
    metrics: metricsDocument(telemetry, range),
    routes: telemetry.series('http', range),
    statements: telemetry.series('database', range),
    runtime: telemetry.runtime(range),
  };
  return sentenceText(overviewSentence(situationOf(telemetry, range, now, known), new Links('', {})));
}

/** `GET /admin/metrics`: MetricsDocument and `summary`; operations since start, or of `?from=`. A range that cannot be read is 400. */
export function createMetricsRoute({
  telemetry,
  now = () => telemetry.now(),
}: {
  readonly telemetry: TelemetryQuery;
  readonly now?: () => number;
}): Middleware {
  return async (ctx: Context) => {
    const query = { from: one(ctx.query['from']), to: one(ctx.query['to']) };
    const range = rangeAsked(telemetry, query, now());
    ctx.set('Cache-Control', 'no-store');
    if (range.problem !== undefined) {
      ctx.status = 400;
      ctx.body = { error: { status: 400, message: range.problem } };
      return;
    }
    await telemetry.refresh();
    const asked = query.from !== undefined && query.from !== '';
    ctx.body = {
      summary: overviewSummary(telemetry, query, now()),
      ...metricsDocument(telemetry, asked ? range : undefined),
    };
  };
}

function one(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}
