import type { OperationSummary, OperationType, SeriesSummary } from '../../../../otel/query.ts';

/** One invented series: how often it runs and how its durations spread (log-normal). */
export interface Model {
  readonly type: OperationType;
  readonly name: string;
  readonly perSecond: number;
  readonly medianMillis: number;
  readonly sigma: number;
  readonly errors?: number;
  readonly clientErrors?: number;
  readonly aborted?: number;
  readonly rows?: number;
  readonly text?: string;
  readonly callers?: readonly string[];
}

const SEARCH_SQL =
  "SELECT rowid, rank, snippet(posts_fts, 1, ?, ?, '…', 24) FROM posts_fts WHERE posts_fts MATCH ? ORDER BY rank LIMIT ?";

export const MODELS: readonly Model[] = [
  { type: 'http', name: 'GET /:year/:month/:slug', perSecond: 2.41, medianMillis: 3.9, sigma: 0.8 },
  { type: 'http', name: 'GET /search', perSecond: 0.22, medianMillis: 38, sigma: 1.35 },
  { type: 'http', name: 'GET /', perSecond: 0.61, medianMillis: 5.1, sigma: 0.7 },
  { type: 'http', name: 'GET /feed.atom', perSecond: 0.48, medianMillis: 1.2, sigma: 1.2 },
  { type: 'http', name: 'GET /tags/:tag', perSecond: 0.19, medianMillis: 6, sigma: 0.7, errors: 0.004 },
  { type: 'http', name: 'GET /assets/*', perSecond: 4.8, medianMillis: 0.4, sigma: 0.6 },
  { type: 'http', name: 'GET /media/*', perSecond: 0.05, medianMillis: 42, sigma: 1, aborted: 0.06 },
  { type: 'http', name: 'unknown paths', perSecond: 0.31, medianMillis: 0.2, sigma: 0.5, clientErrors: 1 },
  {
    type: 'database',
    name: 'SELECT posts_fts',
    perSecond: 0.22,
    medianMillis: 32,
    sigma: 1.4,
    rows: 24,
    text: SEARCH_SQL,
    callers: ['GET /search'],
  },
  {
    type: 'database',
    name: 'SELECT posts by path',
    perSecond: 2.41,
    medianMillis: 0.08,
    sigma: 0.7,
    rows: 1,
    text: 'SELECT * FROM posts WHERE path = ?',
    callers: ['GET /:year/:month/:slug'],
  },
  {
    type: 'database',
    name: 'SELECT posts',
    perSecond: 0.8,
    medianMillis: 0.31,
    sigma: 0.7,
    rows: 10,
    text: 'SELECT id, path, title FROM posts WHERE published_at < ? ORDER BY published_at DESC LIMIT ?',
    callers: ['GET /', 'GET /tags/:tag'],
  },
  {
    type: 'database',
    name: 'SELECT tags',
    perSecond: 4.56,
    medianMillis: 0.02,
    sigma: 0.6,
    rows: 3,
    text: 'SELECT tag FROM tags WHERE post_id = ?',
    callers: ['GET /tags/:tag', 'GET /'],
  },
  {
    type: 'database',
    name: 'INSERT sessions',
    perSecond: 0.01,
    medianMillis: 1.1,
    sigma: 0.5,
    rows: 1,
    text: 'INSERT INTO sessions (id, owner) VALUES (?, ?)',
    callers: ['POST /admin/sign-in'],
  },
  { type: 'render', name: 'post', perSecond: 2.41, medianMillis: 1.4, sigma: 0.5 },
  { type: 'render', name: 'search', perSecond: 0.22, medianMillis: 4.2, sigma: 0.5 },
  { type: 'render', name: 'feed.atom', perSecond: 0.1, medianMillis: 8.5, sigma: 0.4 },
  { type: 'other', name: 'jobs tick', perSecond: 0.016, medianMillis: 0.7, sigma: 0.4 },
];

/** A fraction that looks random and is the same every time. */
export function noise(...seeds: readonly (number | string)[]): number {
  let hash = 2166136261;
  for (const character of seeds.join('|')) hash = Math.imul(hash ^ character.charCodeAt(0), 16777619);
  hash = Math.imul(hash ^ (hash >>> 15), 2246822507);
  return ((hash ^ (hash >>> 13)) >>> 0) / 4294967296;
}

const Z = { p50: 0, p90: 1.2816, p95: 1.6449, p99: 2.3263 };

export function emptySummary(rate: number): OperationSummary {
  const durationMillis = { avg: 0, min: 0, max: 0, p50: 0, p90: 0, p95: 0, p99: 0 };
  return {
    count: 0,
    errors: 0,
    clientErrors: 0,
    aborted: 0,
    slow: 0,
    totalMillis: 0,
    durationMillis,
    kept: 0,
    rate,
  };
}

/** What a model amounts to in so many seconds; `lift` stretches its durations. */
export function summarise(model: Model, seconds: number, rate: number, lift = 1): OperationSummary {
  const count = Math.round(model.perSecond * seconds);
  if (count === 0) return emptySummary(rate);
  const at = (z: number): number => model.medianMillis * lift * Math.exp(z * model.sigma);
  const avg = model.medianMillis * lift * Math.exp((model.sigma * model.sigma) / 2);
  const errors = Math.round(count * (model.errors ?? 0));
  return {
    count,
    errors,
    clientErrors: Math.round(count * (model.clientErrors ?? 0)),
    aborted: Math.round(count * (model.aborted ?? 0)),
    slow: at(Z.p95) >= 1000 ? Math.ceil(count * 0.05) : 0,
    totalMillis: avg * count,
    durationMillis: {
      avg,
      min: at(-2.5),
      max: at(2.9),
      p50: at(Z.p50),
      p90: at(Z.p90),
      p95: at(Z.p95),
      p99: at(Z.p99),
    },
    kept: Math.min(count, Math.round(count * rate) + errors),
    rate,
  };
}

/** Sums as a store would: counts exactly, percentiles weighted, which is near enough for an invention. */
export function merge(parts: readonly OperationSummary[], rate: number): OperationSummary {
  const busy = parts.filter((part) => part.count > 0);
  if (busy.length === 0) return emptySummary(rate);
  const sum = (pick: (part: OperationSummary) => number): number =>
    busy.reduce((total, part) => total + pick(part), 0);
  const count = sum((part) => part.count);
  const totalMillis = sum((part) => part.totalMillis);
  const weighted = (key: 'p50' | 'p90' | 'p95' | 'p99'): number =>
    sum((part) => part.durationMillis[key] * part.count) / count;
  return {
    count,
    errors: sum((part) => part.errors),
    clientErrors: sum((part) => part.clientErrors),
    aborted: sum((part) => part.aborted),
    slow: sum((part) => part.slow),
    totalMillis,
    durationMillis: {
      avg: totalMillis / count,
      min: Math.min(...busy.map((part) => part.durationMillis.min)),
      max: Math.max(...busy.map((part) => part.durationMillis.max)),
      p50: weighted('p50'),
      p90: weighted('p90'),
      p95: weighted('p95'),
      p99: weighted('p99'),
    },
    kept: sum((part) => part.kept),
    rate,
  };
}

export function seriesRow(model: Model, seconds: number, rate: number): SeriesSummary {
  const summary = summarise(model, seconds, rate);
  return {
    ...summary,
    type: model.type,
    name: model.name,
    ...(model.text === undefined ? {} : { summary: model.name, text: model.text }),
    ...(model.rows === undefined ? {} : { rows: model.rows * summary.count }),
    ...(model.callers === undefined ? {} : { callers: model.callers }),
  };
}
