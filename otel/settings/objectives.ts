import type { Objective } from '../base/limits.ts';
import { QUOTED_TEXT, readRules, RuleProblem, splitRules } from './rule-texts.ts';

/** Each is counted over six windows. */
const MAX_OBJECTIVES = 20;
const MAX_ROUTE_LENGTH = 255;
/** The sketch of durations counts longer ones in one bucket. */
const MAX_UNDER_MILLIS = 3_600_000;
const FORM =
  'objectives such as `availability 99.9%`, `latency 95% under 1s` or `latency of "GET /search" 99% under 300ms`, with `;` or a line end between them, or `none`';
const OBJECTIVE = new RegExp(
  `^(?<kind>\\w+)(?:\\s+of\\s+(?<route>${QUOTED_TEXT.source}|\\S+))?\\s+(?<percent>\\d+(?:\\.\\d+)?)\\s?%(?:\\s+under\\s+(?<under>\\S+))?$`,
);
const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000 };

/** Parses METRICS_OBJECTIVES. Throws one InvalidSetting that names every problem and what is right. */
export function parseObjectives(text: string): readonly Objective[] {
  if (text.trim() === 'none') return Object.freeze([]);
  return readRules(splitRules(text), { form: FORM, noun: 'objective', max: MAX_OBJECTIVES }, objectiveOf);
}

function objectiveOf(text: string): Objective {
  const { kind, route: quoted, percent = '', under } = OBJECTIVE.exec(text)?.groups ?? {};
  if (kind === undefined) throw new RuleProblem('write `availability 99.9%` or `latency 95% under 1s`');
  if (kind !== 'availability' && kind !== 'latency')
    throw new RuleProblem(`an objective is availability or latency, got ${kind}`);
  const target = Number((Number(percent) / 100).toPrecision(12));
  if (!(target > 0 && target < 1))
    throw new RuleProblem(`a target is above 0% and below 100%, so that a budget is left, got ${percent}%`);
  if ((kind === 'latency') !== (under !== undefined))
    throw new RuleProblem(
      kind === 'latency'
        ? 'latency needs `under` and a duration such as 300ms'
        : '`under` belongs to latency',
    );
  const route = quoted === undefined ? undefined : routeOf(quoted);
  const underMillis = under === undefined ? undefined : underOf(under);
  const subject = route === undefined ? '' : ` of ${JSON.stringify(route)}`;
  const condition = under === undefined ? '' : ` under ${under}`;
  const shown = `${kind}${subject} ${Number(percent)} %${condition}`;
  return Object.freeze({ text: shown, kind, route, target, underMillis });
}

function routeOf(written: string): string {
  try {
    const route: unknown = JSON.parse(written);
    if (typeof route === 'string' && /^[A-Z]+ \S/.test(route) && route.length <= MAX_ROUTE_LENGTH)
      return route;
  } catch {
    // Reported below.
  }
  throw new RuleProblem(`a route is a method and a path in quotes such as "GET /search", got ${written}`);
}

function underOf(written: string): number {
  const [, number = '', unit = ''] = /^(\d+(?:\.\d+)?)(ms|s|m)$/.exec(written) ?? [];
  const millis = Number(number) * (UNITS[unit] ?? Number.NaN);
  if (!(millis > 0 && millis <= MAX_UNDER_MILLIS))
    throw new RuleProblem(`after under, a duration up to 60m such as 300ms or 1s, got ${written}`);
  return millis;
}
