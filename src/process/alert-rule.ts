import type { Limits, OperationType } from '../../otel/query.ts';

/** Percentiles of `DurationSummary` that rules may name. */
export const PERCENTILES = ['p50', 'p90', 'p95', 'p99'] as const;
export type AlertMetric =
  | '5xx'
  | 'failed'
  | 'worst_route'
  | 'failures'
  | 'requests'
  | Percentile
  | 'loop'
  | 'disk'
  | 'burn'
  | 'export';
export type Percentile = (typeof PERCENTILES)[number];
export const OPERATORS = ['>=', '<=', '>', '<'] as const;

/** One rule of ALERT_RULES. */
export interface AlertRule {
  /** As parsed, with every default written out; identifies the rule in state, silences and messages. */
  readonly text: string;
  readonly metric: AlertMetric;
  readonly type: OperationType;
  /** The http series that is counted, such as `GET /search`; undefined: all of the type. */
  readonly route: string | undefined;
  readonly operator: (typeof OPERATORS)[number];
  /**
   * Share 0–1, milliseconds, bytes, a count or a factor, by `unitOf`; 1 for `export`, whose value is 1 while an export fails. NaN: not known before
   * `withLimit`, or the limit is off.
   */
  readonly threshold: number;
  /** The threshold is the limit of METRICS_LIMIT_*, as the overview has it. */
  readonly isByLimit: boolean;
  readonly windowMillis: number;
  /** Time that the condition has to hold before the alert; 0: none. */
  readonly forMillis: number;
  /** With fewer operations in the window, the rule does not judge. */
  readonly minCount: number;
}

export type AlertUnit = 'share' | 'millis' | 'bytes' | 'count' | 'factor' | 'state';

export function unitOf(metric: AlertMetric): AlertUnit {
  switch (metric) {
    case '5xx':
    case 'failed':
    case 'worst_route':
      return 'share';
    case 'failures':
    case 'requests':
      return 'count';
    case 'disk':
      return 'bytes';
    case 'burn':
      return 'factor';
    case 'export':
      return 'state';
    default:
      return 'millis';
  }
}

/** What the word `limit` stands for; undefined for a metric without one. */
export function limitKey({
  metric,
  type,
}: Pick<AlertRule, 'metric' | 'type'>): Exclude<keyof Limits, 'objectives'> | undefined {
  switch (metric) {
    case '5xx':
      return 'failedShare';
    case 'failed':
      return type === 'http' ? 'failedShare' : undefined;
    case 'worst_route':
      return 'routeFailedShare';
    case 'p95':
      return P95_LIMITS[type];
    case 'loop':
      return 'loopMillis';
    case 'disk':
      return 'diskFreeBytes';
    default:
      return undefined;
  }
}

const P95_LIMITS = {
  http: 'requestP95Millis',
  database: 'statementP95Millis',
  render: 'renderP95Millis',
  other: undefined,
} as const;

/** The rule with the limit now in force as its threshold. */
export function withLimit(rule: AlertRule, limits: Limits): AlertRule {
  const key = rule.isByLimit ? limitKey(rule) : undefined;
  return key === undefined ? rule : { ...rule, threshold: limits[key] };
}

/** Text that parses to the same rule. */
export function ruleText(rule: Omit<AlertRule, 'text'>): string {
  const { metric, type, route, operator, threshold, isByLimit, windowMillis, forMillis, minCount } = rule;
  const held = forMillis === 0 ? '' : ` for ${lengthText(forMillis)}`;
  if (metric === 'export') return `export failing${held}`;
  const subject =
    route === undefined ? (type === 'http' ? '' : ` of ${type}`) : ` of ${JSON.stringify(route)}`;
  const guard = minCount === 0 ? '' : ` from ${minCount}`;
  const value = isByLimit ? 'limit' : thresholdText(metric, threshold);
  const over = metric === 'disk' ? '' : ` over ${lengthText(windowMillis)}`;
  return `${metric}${subject} ${operator} ${value}${over}${held}${guard}`;
}

function thresholdText(metric: AlertMetric, threshold: number): string {
  switch (unitOf(metric)) {
    case 'share':
      return `${Number((threshold * 100).toPrecision(12))}%`;
    case 'millis':
      return lengthText(threshold);
    case 'bytes':
      return sizeText(threshold);
    default:
      return String(threshold);
  }
}

const SIZES = { TB: 1e12, GB: 1e9, MB: 1e6, kB: 1e3 } as const;

/** `500MB`: in the largest unit that has it whole. */
function sizeText(bytes: number): string {
  const [unit, size] = Object.entries(SIZES).find(([, each]) => bytes > 0 && bytes % each === 0) ?? ['B', 1];
  return `${bytes / size}${unit}`;
}

/** Bytes of `500MB`, in powers of 1000; undefined for anything else. */
export function bytesOf(text: string): number | undefined {
  const [, number = '', unit = ''] = /^(\d+(?:\.\d+)?)([kMGT]?B)$/.exec(text) ?? [];
  const size = unit === 'B' ? 1 : Object.entries(SIZES).find(([name]) => name === unit)?.[1];
  return size === undefined ? undefined : Math.round(Number(number) * size);
}

const UNITS = { h: 3_600_000, m: 60_000, s: 1000, ms: 1 } as const;

/** `5m`, `90s`, `1.5ms`: in the longest unit that has it whole. */
function lengthText(millis: number): string {
  const [unit, length] = Object.entries(UNITS).find(([, each]) => millis > 0 && millis % each === 0) ?? [
    'ms',
    1,
  ];
  return `${millis / length}${unit}`;
}

/** Milliseconds of `5m`; undefined for anything else. */
export function lengthOf(text: string): number | undefined {
  const [, number = '', unit = ''] = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text) ?? [];
  const length = Object.entries(UNITS).find(([name]) => name === unit)?.[1];
  return length === undefined ? undefined : Number(number) * length;
}
