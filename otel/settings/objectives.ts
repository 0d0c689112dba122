import type { Objective } from '../base/limits.ts';
import { QUOTED_TEXT, splitRules } from './rule-texts.ts';
import { InvalidSetting } from './setting-parsers.ts';

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

class ObjectiveProblem extends Error {
  override readonly name = 'ObjectiveProblem';
}

/** Parses METRICS_OBJECTIVES. Throws one InvalidSetting that names every problem and what is right. */
export function parseObjectives(text: string): readonly Objective[] {
  if (text.trim() === 'none') return Object.freeze([]);
  const texts = splitRules(text);
  if (texts.length === 0 || texts.length > MAX_OBJECTIVES)
    throw new InvalidSetting(`${FORM}; from 1 to ${MAX_OBJECTIVES} objectives, got ${texts.length}`);
  const problems: string[] = [];
  const objectives = texts.flatMap((each, index) => {
    try {
      return [objectiveOf(each)];
    } catch (error) {
      if (!(error instanceof ObjectiveProblem)) throw error;
      const shown = each.length > 60 ? `${each.slice(0, 60)}…` : each;
      problems.push(`objective ${index + 1} (${shown}): ${error.message}`);
      return [];
    }
  });
  const twice = objectives.find(
    (one, index) => objectives.findIndex(({ text: t }) => t === one.text) < index,
  );
  if (twice !== undefined) problems.push(`the objective ${twice.text} is there twice`);
  if (problems.length > 0) throw new InvalidSetting(`${FORM}; ${problems.join('; ')}`);
  return Object.freeze(objectives);
}

function objectiveOf(text: string): Objective {
  const { kind, route: quoted, percent = '', under } = OBJECTIVE.exec(text)?.groups ?? {};
  if (kind === undefined) throw new ObjectiveProblem('write `availability 99.9%` or `latency 95% under 1s`');
  if (kind !== 'availability' && kind !== 'latency')
    throw new ObjectiveProblem(`an objective is availability or latency, got ${kind}`);
  const target = Number((Number(percent) / 100).toPrecision(12));
  if (!(target > 0 && target < 1))
    throw new ObjectiveProblem(
      `a target is above 0% and below 100%, so that a budget is left, got ${percent}%`,
    );
  if ((kind === 'latency') !== (under !== undefined))
    throw new ObjectiveProblem(
      kind === 'latency'
        ? 'latency needs `under` and a duration such as 300ms'
        : '`under` belongs to latency',
    );
  const route = quoted === undefined ? undefined : routeOf(quoted);
  const underMillis = under === undefined ? undefined : underOf(under);
  const subject = route === undefined ? '' : ` of ${JSON.stringify(route)}`;
  const condition = under === undefined ? '' : ` under ${under}`;
  const shown = `${kind}${subject} ${Number(percent)}%${condition}`;
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
  throw new ObjectiveProblem(
    `a route is a method and a path in quotes such as "GET /search", got ${written}`,
  );
}

function underOf(written: string): number {
  const [, number = '', unit = ''] = /^(\d+(?:\.\d+)?)(ms|s|m)$/.exec(written) ?? [];
  const millis = Number(number) * (UNITS[unit] ?? Number.NaN);
  if (!(millis > 0 && millis <= MAX_UNDER_MILLIS))
    throw new ObjectiveProblem(`after under, a duration up to 60m such as 300ms or 1s, got ${written}`);
  return millis;
}
