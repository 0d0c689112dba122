import type { SpanRow, TelemetryQuery, TimeRange } from '../../../otel/query.ts';

/** Fewer are not worth a word. */
const MIN_RUN = 5;
const MIN_MILLIS = 5;
/** Newest traces that are looked into; each costs a look-up. */
const MAX_TRACES = 60;

/** One statement issued again and again under one parent: the N+1 pattern. */
export interface RepeatedStatement {
  readonly series: string;
  readonly count: number;
  readonly totalMillis: number;
  readonly spanIds: readonly string[];
}

/** Runs of at least five sequential statements of one series under one parent that took more than 5 ms together. */
export function repeatedStatements(spans: readonly SpanRow[]): readonly RepeatedStatement[] {
  const siblings = new Map<string, SpanRow[]>();
  for (const span of spans) {
    if (span.type !== 'database') continue;
    const key = span.parentSpanId ?? '';
    const group = siblings.get(key);
    if (group === undefined) siblings.set(key, [span]);
    else group.push(span);
  }
  const found: RepeatedStatement[] = [];
  for (const group of siblings.values()) {
    let run: SpanRow[] = [];
    const close = (): void => {
      const totalMillis = run.reduce((sum, span) => sum + span.durationMillis, 0);
      if (run.length >= MIN_RUN && totalMillis > MIN_MILLIS)
        found.push({
          series: run[0]!.series,
          count: run.length,
          totalMillis,
          spanIds: run.map((span) => span.spanId),
        });
      run = [];
    };
    for (const span of group.sort((a, b) => a.startMillis - b.startMillis)) {
      const before = run.at(-1);
      const sequential =
        before !== undefined &&
        before.series === span.series &&
        span.startMillis >= before.startMillis + before.durationMillis - 0.01;
      if (!sequential) close();
      run.push(span);
    }
    close();
  }
  return found.sort((a, b) => b.totalMillis - a.totalMillis);
}

/** The worst example of a repetition, by route and statement. */
export interface RepeatedOnRoute extends Omit<RepeatedStatement, 'spanIds'> {
  readonly route: string;
  readonly traceId: string;
  readonly spanId: string;
  /** Among the traces looked into. */
  readonly traces: number;
}

/** Looks into the newest kept requests of the range. */
export function repeatedOnRoutes(telemetry: TelemetryQuery, range: TimeRange): readonly RepeatedOnRoute[] {
  const found = new Map<string, RepeatedOnRoute>();
  const { rows } = telemetry.traces({ range, type: 'http', limit: 500 });
  for (const row of rows.filter((each) => each.spanCount > MIN_RUN).slice(0, MAX_TRACES)) {
    const trace = telemetry.trace(row.traceId);
    if (!('spans' in trace)) continue;
    for (const { series, count, totalMillis, spanIds } of repeatedStatements(trace.spans)) {
      const key = `${row.series}\n${series}`;
      const known = found.get(key);
      const traces = (known?.traces ?? 0) + 1;
      const worse = known === undefined || totalMillis > known.totalMillis;
      found.set(
        key,
        worse
          ? {
              route: row.series,
              series,
              count,
              totalMillis,
              traceId: row.traceId,
              spanId: spanIds[0]!,
              traces,
            }
          : { ...known, traces },
      );
    }
  }
  return [...found.values()].sort((a, b) => b.totalMillis - a.totalMillis);
}
