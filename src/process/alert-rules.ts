import { QUOTED_TEXT, readRules, RuleProblem, splitRules } from '../../otel/kit.ts';
import { OPERATION_TYPES, type OperationType } from '../../otel/query.ts';
import {
  bytesOf,
  lengthOf,
  limitKey,
  OPERATORS,
  PERCENTILES,
  ruleText,
  unitOf,
  type AlertMetric,
  type AlertRule,
} from './alert-rule.ts';

/** Each is evaluated every few seconds. */
const MAX_RULES = 20;
const MAX_ROUTE_LENGTH = 255;
const MINUTE = 60_000;
const DAY = 1440 * MINUTE;
const DEFAULT_WINDOW = '5m';
/** Below it, one failure is a large share and a percentile is one request. */
const DEFAULT_MIN_COUNT = 20;
const MAX_COUNT = 1_000_000_000;

/** What the word `defaults` stands for. */
export const DEFAULT_ALERT_RULES =
  '5xx > 5% over 5m for 5m from 20; worst_route > limit over 5m for 5m from 20; p95 > limit over 5m for 5m from 20; loop > limit over 5m; disk < limit for 10m; export failing for 10m';

const FORM =
  'rules such as `5xx > 5% over 5m for 5m from 20`, `p95 of "GET /search" > 300ms over 10m`, `failures of render >= 3 over 1h`, `requests < 1 over 1h`, `loop > limit`, `disk < 1GB`, `burn > 14.4 over 1h`, `export failing for 10m` or `defaults`, with `;` or a line end between them';
const METRICS: readonly AlertMetric[] = [
  '5xx',
  'failed',
  'worst_route',
  'failures',
  'requests',
  ...PERCENTILES,
  'loop',
  'disk',
  'burn',
  'export',
];
const METRICS_WITHOUT_SUBJECT: ReadonlySet<AlertMetric> = new Set(['worst_route', 'loop', 'disk', 'export']);
const RULE = new RegExp(
  `^(?<metric>\\w+)(?:\\s+of\\s+(?<subject>${QUOTED_TEXT.source}|\\w+))?(?:\\s+(?<failing>failing)|\\s*(?<operator>>=|<=|>|<)\\s*(?<value>[\\w.]+(?:\\s?%)?))?(?<rest>(?:\\s+(?:over|for|from)\\s+\\S+)*)$`,
);

/** Parses ALERT_RULES. Throws one InvalidSetting that names every problem and what is right. */
export function parseAlertRules(text: string): readonly AlertRule[] {
  const texts = splitRules(text).flatMap((each) =>
    each === 'defaults' ? splitRules(DEFAULT_ALERT_RULES) : [each],
  );
  return readRules(texts, { form: FORM, noun: 'rule', max: MAX_RULES }, readRule);
}

function readRule(text: string): AlertRule {
  const { groups } = RULE.exec(text) ?? {};
  if (groups === undefined)
    throw new RuleProblem('write `METRIC [of SUBJECT] > VALUE [over 5m] [for 5m] [from 20]`');
  const metric = METRICS.find((known) => known === groups['metric']);
  if (metric === undefined)
    throw new RuleProblem(`the metrics are ${METRICS.join(', ')}, got ${groups['metric']}`);
  const parts = partsOf(groups['rest'] ?? '');
  const subject = subjectOf(metric, groups['subject']);
  const counts = unitOf(metric) === 'share' || PERCENTILES.some((known) => known === metric);
  const rule = {
    metric,
    ...subject,
    ...conditionOf({ metric, ...subject }, groups),
    windowMillis: windowOf(metric, parts),
    forMillis: lengthBetween('for', parts.get('for') ?? '0s', 0, DAY),
    minCount: minCountOf(parts.get('from'), counts),
  };
  return Object.freeze({ text: ruleText(rule), ...rule });
}

function partsOf(rest: string): ReadonlyMap<string, string> {
  const parts = new Map<string, string>();
  for (const [, word = '', value = ''] of rest.matchAll(/(over|for|from)\s+(\S+)/g)) {
    if (parts.has(word)) throw new RuleProblem(`${word} is there twice`);
    parts.set(word, value);
  }
  return parts;
}

function subjectOf(metric: AlertMetric, written: string | undefined): Pick<AlertRule, 'type' | 'route'> {
  if (written === undefined) return { type: 'http', route: undefined };
  if (METRICS_WITHOUT_SUBJECT.has(metric)) throw new RuleProblem(`${metric} takes no subject`);
  if (written.startsWith('"')) return { type: 'http', route: routeOf(written) };
  const type = OPERATION_TYPES.find((known): known is OperationType => known === written);
  if (type === undefined)
    throw new RuleProblem(
      `a subject is ${OPERATION_TYPES.join(', ')} or a quoted route such as "GET /search", got ${written}`,
    );
  if (type !== 'http' && (metric === '5xx' || metric === 'requests' || metric === 'burn'))
    throw new RuleProblem(`${metric} counts requests: its subject is http or a quoted route`);
  return { type, route: undefined };
}

function routeOf(written: string): string {
  try {
    const route: unknown = JSON.parse(written);
    if (typeof route === 'string' && /^[A-Z]+ \S/.test(route) && route.length <= MAX_ROUTE_LENGTH)
      return route;
  } catch {
    // Reported below.
  }
  throw new RuleProblem(`a route is a method and a path such as "GET /search", got ${written}`);
}

function conditionOf(
  of: Pick<AlertRule, 'metric' | 'type'>,
  { failing, operator: written, value = '' }: Readonly<Record<string, string | undefined>>,
): Pick<AlertRule, 'operator' | 'threshold' | 'isByLimit'> {
  const { metric } = of;
  if ((metric === 'export') !== (failing !== undefined))
    throw new RuleProblem(metric === 'export' ? 'write `export failing`' : 'failing belongs to export');
  if (metric === 'export') return { operator: '>=', threshold: 1, isByLimit: false };
  const operator = OPERATORS.find((known) => known === written);
  if (operator === undefined) throw new RuleProblem('write a condition such as `> 5%`');
  if (value !== 'limit')
    return { operator, threshold: thresholdOf(metric, value.replace(/\s/, '')), isByLimit: false };
  if (limitKey(of) === undefined)
    throw new RuleProblem(
      '`limit` is that of 5xx, of failed requests, of worst_route, of p95 of http, database and render, of loop and of disk',
    );
  return { operator, threshold: Number.NaN, isByLimit: true };
}

function thresholdOf(metric: AlertMetric, value: string): number {
  switch (unitOf(metric)) {
    case 'share': {
      const [, percent] = /^(\d+(?:\.\d+)?)%$/.exec(value) ?? [];
      if (percent === undefined || Number(percent) > 100)
        throw new RuleProblem(`${metric} is a share from 0% to 100%, got ${value}`);
      return Number(percent) / 100;
    }
    case 'bytes': {
      const bytes = bytesOf(value);
      if (bytes === undefined)
        throw new RuleProblem(`${metric} is a size such as 500MB or 1GB, got ${value}`);
      return bytes;
    }
    case 'factor':
      if (!/^\d+(?:\.\d+)?$/.test(value) || Number(value) > MAX_COUNT)
        throw new RuleProblem(`${metric} is a number such as 14.4, got ${value}`);
      return Number(value);
    case 'millis': {
      const millis = lengthOf(value);
      if (millis === undefined || millis > DAY)
        throw new RuleProblem(`${metric} is a duration such as 300ms or 1s, got ${value}`);
      return millis;
    }
    default:
      if (!/^\d+$/.test(value) || Number(value) > MAX_COUNT)
        throw new RuleProblem(`${metric} is a whole number, got ${value}`);
      return Number(value);
  }
}

function windowOf(metric: AlertMetric, parts: ReadonlyMap<string, string>): number {
  if ((metric === 'export' || metric === 'disk') && parts.has('over'))
    throw new RuleProblem(`${metric} takes no \`over\``);
  return lengthBetween('over', parts.get('over') ?? DEFAULT_WINDOW, MINUTE, DAY);
}

function lengthBetween(word: string, text: string, min: number, max: number): number {
  const millis = lengthOf(text);
  if (millis === undefined || millis < min || millis > max || millis % 1000 !== 0)
    throw new RuleProblem(
      `after ${word}, a length of whole seconds from ${min / MINUTE}m to 24h such as 5m, got ${text}`,
    );
  return millis;
}

function minCountOf(text: string | undefined, counts: boolean): number {
  if (text === undefined) return counts ? DEFAULT_MIN_COUNT : 0;
  if (!counts) throw new RuleProblem('only shares and percentiles take `from`');
  if (!/^[1-9]\d*$/.test(text) || Number(text) > MAX_COUNT)
    throw new RuleProblem(`after from, a count from 1, got ${text}`);
  return Number(text);
}
