import type { OperationType } from '../../otel/query.ts';

/** Percentiles of `DurationSummary` that rules may name. */
export const PERCENTILES = ['p50', 'p90', 'p95', 'p99'] as const;
export type AlertMetric = '5xx' | 'failed' | 'failures' | 'requests' | Percentile | 'loop' | 'export';
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
  /** Share 0–1, milliseconds or a count, by `unitOf`; 1 for `export`, whose value is 1 while an export fails. */
  readonly threshold: number;
  readonly windowMillis: number;
  /** Time that the condition has to hold before the alert; 0: none. */
  readonly forMillis: number;
  /** With fewer operations in the window, the rule does not judge. */
  readonly minCount: number;
}

export type AlertUnit = 'share' | 'millis' | 'count' | 'state';

export function unitOf(metric: AlertMetric): AlertUnit {
  switch (metric) {
    case '5xx':
    case 'failed':
      return 'share';
    case 'failures':
    case 'requests':
      return 'count';
    case 'export':
      return 'state';
    default:
      return 'millis';
  }
}

/** Text that parses to the same rule. */
export function ruleText(rule: Omit<AlertRule, 'text'>): string {
  const { metric, type, route, operator, threshold, windowMillis, forMillis, minCount } = rule;
  const held = forMillis === 0 ? '' : ` for ${lengthText(forMillis)}`;
  if (metric === 'export') return `export failing${held}`;
  const subject =
    route === undefined ? (type === 'http' ? '' : ` of ${type}`) : ` of ${JSON.stringify(route)}`;
  const guard = minCount === 0 ? '' : ` from ${minCount}`;
  return `${metric}${subject} ${operator} ${thresholdText(metric, threshold)} over ${lengthText(windowMillis)}${held}${guard}`;
}

function thresholdText(metric: AlertMetric, threshold: number): string {
  switch (unitOf(metric)) {
    case 'share':
      return `${Number((threshold * 100).toPrecision(12))}%`;
    case 'millis':
      return lengthText(threshold);
    default:
      return String(threshold);
  }
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
