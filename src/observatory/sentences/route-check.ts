import { countText } from '../../markup/quantity.ts';
import { type CheckDefinition, shareText } from './check-definition.ts';
import { failedShareOf, type FailingRoute, failingRoutes } from './request-reasons.ts';
import { shortRoute } from './sentence.ts';

/** `27 %, 27 of 100 at /search since version 0.2.0 (13:59:58)`. */
function failedWords(route: FailingRoute): string {
  const { name, errors, count, when } = route;
  return `${shareText(failedShareOf(route))}, ${countText(errors)} of ${countText(count)} at ${shortRoute(name)}${when}`;
}

/** The route that fails most: a small share of all requests, perhaps. */
export const ROUTE_FAILED = {
  key: 'route_failed',
  what: 'failed requests of one route',
  setting: 'METRICS_LIMIT_ROUTE_FAILED',
  path: '/routes',
  unit: shareText,
  limit: ({ routeFailedShare }) => routeFailedShare,
  measure: (situation) => {
    const [worst] = failingRoutes(situation);
    if (worst !== undefined) return { value: failedShareOf(worst), words: failedWords(worst) };
    const { minCount } = situation.limits;
    const isJudged = situation.routes.some(({ count }) => count >= minCount);
    return isJudged ? 0 : { unjudged: `no route with ${countText(minCount)} requests` };
  },
} as const satisfies CheckDefinition;
