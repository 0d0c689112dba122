import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SeverityNumber } from '@opentelemetry/api';
import { LoggerProvider } from '@opentelemetry/sdk-logs';
import Database from 'better-sqlite3';
import { systemClock } from '../../../otel/base/clock.ts';
import { Guard } from '../../../otel/base/guard.ts';
import type { LogFilter, LogTerm, TimeRange } from '../../../otel/query.ts';
import { logProcessors } from '../../../otel/spans/log-processors.ts';
import { LogLineProcessor } from '../../../otel/store/log-line-processor.ts';
import { LogStore } from '../../../otel/store/log-store.ts';
import { TraceLogs } from '../../../otel/store/trace-logs.ts';
import type { UnstoredLine } from '../../../otel/store/log-writer.ts';
import { RandomSource } from '../../../src/demo/random-source.ts';
import type { Figure } from './figure.ts';

const LINES = 1_000_000;
const PER_SLICE = 100;
const AT_THE_BOUND = 20_000;
const EMITTED = 20_000;
const ROUNDS = 5;
const BYTES = 300;
/** Whose searches never stop half-way: the whole of them is measured. */
const CLOCK = { now: systemClock.now, monotonicNanos: () => 0 };
const START_MILLIS = Date.now() - LINES * 20;

/** How long searches over 10^6 log lines take, as the page asks them, and what a line costs; CPU time of this process. */
export function measureLogLines(): readonly Figure[] {
  const folder = mkdtempSync(join(tmpdir(), 'glasshouse-bench-'));
  const open = (maxBytes: number): LogStore => {
    const path = join(folder, 'logs.sqlite');
    const store = new LogStore({
      path,
      maxBytes,
      days: 30,
      guard: new Guard(),
      clock: CLOCK,
      log: () => {},
    });
    store.start(Database);
    return store;
  };
  const lines = linesOf(new RandomSource(7));
  let store = open(2 ** 40);
  try {
    const { millis } = filled(store, lines, LINES);
    const { fileBytes } = store.facts();
    const searches = Object.entries(searchesOf(store)).map(([what, search]): Figure => {
      search();
      const times = Array.from({ length: ROUNDS }, () => cpuMillisOf(search)).sort((a, b) => a - b);
      return { what: `10^6 log lines: ${what}`, value: times[ROUNDS >> 1]!, unit: 'ms', target: 100 };
    });
    store.close();
    // The file is full: each line takes the place of an older one.
    store = open(fileBytes);
    const full = filled(store, lines, AT_THE_BOUND);
    return [
      ...searches,
      { what: 'a log line, emitted without its write', value: emitMicros(), unit: 'µs', target: 50 },
      { what: 'a log line, written', value: (millis * 1000) / LINES, unit: 'µs', target: 100 },
      {
        what: 'a log line, written to a full file',
        value: (full.millis * 1000) / AT_THE_BOUND,
        unit: 'µs',
        target: 200,
      },
      { what: `${PER_SLICE} log lines, the 99th percentile`, value: full.p99Millis, unit: 'ms', target: 20 },
      {
        what: `${PER_SLICE} log lines, the longest`,
        value: full.longestMillis,
        unit: 'ms',
        target: Infinity,
      },
      { what: 'a log line on disk', value: fileBytes / LINES, unit: 'bytes', target: Infinity },
    ];
  } finally {
    store.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

function searchesOf(store: LogStore): Readonly<Record<string, () => unknown>> {
  const end = START_MILLIS + LINES * 20;
  const all = { fromMillis: 0, toMillis: end + 60_000 };
  const hour = { fromMillis: end - 7_200_000 - 1234, toMillis: end - 3_600_000 - 1234 };
  const asked =
    (range: TimeRange, ...terms: readonly LogTerm[]) =>
    () => {
      const filter: LogFilter = { range, terms };
      return store.list(filter);
    };
  const text = (words: string, begins = false): LogTerm => ({ field: 'text', text: words, begins });
  const grave: LogTerm = { field: 'level', levels: ['error', 'fatal'] };
  return {
    'all of them': asked(all),
    'an hour of them': asked(hour),
    'a word of all': asked(all, text('request')),
    'a word of all, in an hour': asked(hour, text('request')),
    'a word of one': asked(all, text('needle')),
    'a word of none': asked(all, text('nowhere')),
    'a phrase': asked(all, text('took 77')),
    'a beginning': asked(all, text('reque', true)),
    'a level': asked(all, grave),
    'a word of all, a rare level': asked(all, text('request'), grave),
    'a trace': asked(all, { field: 'trace', traceId: traceOf(4711) }),
    'not a word of all': asked(all, { ...text('request'), negated: true }),
    'a word of all, not another': asked(all, text('request'), { ...text('took'), negated: true }),
  };
}

function traceOf(index: number): string {
  return (index * 2_654_435_761).toString(16).padStart(32, 'a');
}

/** The log of a busy app: a line per request with a number, a path, an id and an address. */
function linesOf(random: RandomSource): (index: number) => UnstoredLine {
  return (index) => {
    const level = random.next() < 0.03 ? (random.next() < 0.1 ? 'error' : 'warn') : 'info';
    const path = `/posts/slug-${random.between(0, 999)}`;
    return {
      timeMillis: START_MILLIS + index * 20,
      level,
      logger: 'app',
      message: `request ${index} for ${path} took ${random.between(0, 899)} ms${index === 777 ? ', needle' : ''}`,
      attributes: {
        'app.request_id': traceOf(index * 31).slice(-16),
        'url.path': path,
        'client.address': `10.1.2.${random.between(1, 254)}`,
      },
      traceId: traceOf(Math.floor(index / 5)),
      spanId: traceOf(index).slice(-16),
    };
  };
}

function filled(store: LogStore, lineOf: (index: number) => UnstoredLine, count: number) {
  const slices: number[] = [];
  for (let from = 0; from < count; from += PER_SLICE) {
    for (let i = from; i < from + PER_SLICE; i++) store.add(lineOf(i), BYTES);
    slices.push(cpuMillisOf(() => store.flush()));
  }
  const millis = slices.reduce((sum, each) => sum + each, 0);
  slices.sort((a, b) => a - b);
  return { millis, p99Millis: slices.at(Math.floor(-slices.length / 100))!, longestMillis: slices.at(-1)! };
}

/** Redaction included. */
function emitMicros(): number {
  const guard = new Guard();
  const forPages = new LogLineProcessor({ logs: new TraceLogs(), store: { add: () => {} }, guard });
  const rules = { recordsClientAddresses: true, exportsClientAddresses: true };
  const provider = new LoggerProvider({ processors: [...logProcessors(rules, guard, forPages, [])] });
  const logger = provider.getLogger('app');
  const lineOf = linesOf(new RandomSource(8));
  const emit = (): void => {
    for (let i = 0; i < EMITTED; i++) {
      const { message, attributes, timeMillis } = lineOf(i);
      logger.emit({
        body: message,
        attributes: { ...attributes },
        timestamp: timeMillis,
        severityNumber: SeverityNumber.INFO,
      });
    }
  };
  emit();
  const made = cpuMillisOf(() => {
    for (let i = 0; i < EMITTED; i++) lineOf(i);
  });
  return ((cpuMillisOf(emit) - made) * 1000) / EMITTED;
}

function cpuMillisOf(work: () => unknown): number {
  const started = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(started);
  return (user + system) / 1000;
}
