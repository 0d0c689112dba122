import type { SpanRow } from '../../../otel/query.ts';

/** Fewer repetitions are not reported. */
const MIN_RUN = 5;
const MIN_MILLIS = 5;
/** So many are a loop, however little time they take: they cost more with every row that is added. */
const MIN_LOOP = 10;
/** Of statements that take turns: the most that run between two of one kind. */
const MAX_BETWEEN = 12;

/** A statement repeated under one parent: the N+1 pattern. */
export interface RepeatedStatement {
  readonly series: string;
  /** Name of its spans: the summary. */
  readonly name: string;
  readonly count: number;
  readonly totalMillis: number;
  readonly spanIds: readonly string[];
  /** Other statements that take turns with it; `totalMillis` is of all of them. */
  readonly others?: number;
}

/** True if it is worth a word wherever its request is shown. */
export function isCostly({ totalMillis }: Pick<RepeatedStatement, 'totalMillis'>): boolean {
  return totalMillis > MIN_MILLIS;
}

/** Runs of at least five sequential statements of one series under one parent that took more than 5 ms in total. */
export function repeatedStatements(spans: readonly SpanRow[]): readonly RepeatedStatement[] {
  return runsIn(spans).filter(isCostly);
}

/** Runs and loops, those of at least ten repetitions however little they take. */
export function allRepeated(spans: readonly SpanRow[]): readonly RepeatedStatement[] {
  return [...runsIn(spans), ...repeatedInTurn(spans)];
}

/** The most time first. */
function runsIn(spans: readonly SpanRow[]): readonly RepeatedStatement[] {
  const found: RepeatedStatement[] = [];
  for (const group of siblingsOf(spans)) {
    let run: SpanRow[] = [];
    const close = (): void => {
      const totalMillis = run.reduce((sum, span) => sum + span.durationMillis, 0);
      if (run.length >= (isCostly({ totalMillis }) ? MIN_RUN : MIN_LOOP))
        found.push({
          series: run[0]!.series,
          name: run[0]!.name,
          count: run.length,
          totalMillis,
          spanIds: run.map((span) => span.spanId),
        });
      run = [];
    };
    for (const span of group) {
      const before = run.at(-1);
      if (before === undefined || before.series !== span.series || !isAfter(before, span)) close();
      run.push(span);
    }
    close();
  }
  return found.sort((a, b) => b.totalMillis - a.totalMillis);
}

/** Statements under each parent, in the order of their starts. */
function siblingsOf(spans: readonly SpanRow[]): readonly (readonly SpanRow[])[] {
  const statements = spans.filter(({ type }) => type === 'database');
  return [...Map.groupBy(statements, ({ parentSpanId }) => parentSpanId ?? '').values()].map((group) =>
    group.toSorted((a, b) => a.startMillis - b.startMillis),
  );
}

function isAfter(before: SpanRow, span: SpanRow): boolean {
  return span.startMillis >= before.startMillis + before.durationMillis - 0.01;
}

/** Runs of one statement with others in between, by the place of each among its siblings. */
interface Turns {
  readonly spans: SpanRow[];
  readonly from: number;
  to: number;
}

/**
 * Loops that run several statements in turn, each at least ten times under one parent. A row for a loop, named by the statement that takes the most
 * time of it.
 */
export function repeatedInTurn(spans: readonly SpanRow[]): readonly RepeatedStatement[] {
  return siblingsOf(spans)
    .flatMap((group) => loopsOf(turnsIn(group)))
    .flatMap((loop): readonly RepeatedStatement[] => {
      const totalMillis = loop.reduce((sum, turns) => sum + millisOf(turns), 0);
      const [worst] = loop.toSorted((a, b) => millisOf(b) - millisOf(a));
      const first = worst?.spans[0];
      if (worst === undefined || first === undefined || loop.length < 2) return [];
      const { series, name } = first;
      const spanIds = worst.spans.map(({ spanId }) => spanId);
      return [{ series, name, count: spanIds.length, totalMillis, spanIds, others: loop.length - 1 }];
    })
    .toSorted((a, b) => b.totalMillis - a.totalMillis);
}

function turnsIn(group: readonly SpanRow[]): readonly Turns[] {
  const open = new Map<string, Turns>();
  const all: Turns[] = [];
  for (const [at, span] of group.entries()) {
    const turns = open.get(span.series);
    const last = turns?.spans.at(-1);
    if (
      turns !== undefined &&
      last !== undefined &&
      at - turns.to - 1 <= MAX_BETWEEN &&
      isAfter(last, span)
    ) {
      turns.spans.push(span);
      turns.to = at;
    } else {
      const begun = { spans: [span], from: at, to: at };
      open.set(span.series, begun);
      all.push(begun);
    }
  }
  return all.filter(({ spans }) => spans.length >= MIN_LOOP);
}

/** Those that overlap, together. */
function loopsOf(turns: readonly Turns[]): readonly (readonly Turns[])[] {
  const loops: { readonly turns: Turns[]; to: number }[] = [];
  for (const each of turns.toSorted((a, b) => a.from - b.from)) {
    const loop = loops.at(-1);
    if (loop !== undefined && each.from < loop.to) {
      loop.turns.push(each);
      loop.to = Math.max(loop.to, each.to);
    } else loops.push({ turns: [each], to: each.to });
  }
  return loops.map((loop) => loop.turns);
}

function millisOf({ spans }: Turns): number {
  return spans.reduce((sum, { durationMillis }) => sum + durationMillis, 0);
}
