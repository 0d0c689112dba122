import type { SpanRow } from '../../../otel/query.ts';

/** Fewer repetitions are not reported. */
const MIN_RUN = 5;
const MIN_MILLIS = 5;

/** A statement repeated under one parent: the N+1 pattern. */
export interface RepeatedStatement {
  readonly series: string;
  /** Name of its spans: the summary. */
  readonly name: string;
  readonly count: number;
  readonly totalMillis: number;
  readonly spanIds: readonly string[];
}

/** Runs of at least five sequential statements of one series under one parent that took more than 5 ms in total. */
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
          name: run[0]!.name,
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
