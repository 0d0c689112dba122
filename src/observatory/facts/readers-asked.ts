import type { SeriesLine } from './series-lines.ts';

/** Requests of readers by kind, over the routes that serve it. */
export interface ReadersAsked {
  readonly kind: string;
  readonly count: number;
  readonly perSecond: number;
  /** Share of all requests of readers, 0–1. */
  readonly countShare: number;
  readonly course: readonly number[];
}

/** Of addresses without a page: no route has them, so that no other kind can count what it lacks. */
export const UNKNOWN_KIND = 'unknown paths';

/** The first match wins; a route without a match belongs to the owner's pages. */
const KINDS: readonly (readonly [kind: string, route: RegExp])[] = [
  ['front page', /^\/$/],
  ['lists: tags, archive', /^\/(?:tags|archive)\b/],
  ['feeds', /^\/feed\b/],
  ['searches', /^\/search$/],
  ['media', /^\/media\b/],
  ['styles, fonts, icons', /^\/(?:assets\b|favicon)/],
  ['sitemap, robots', /^\/(?:sitemap|robots\.txt|opensearch|feeds\.opml)/],
  ['posts', /^\/:(?:path|year|slug)\b/],
];

function kindOf(series: string): string | undefined {
  if (series === UNKNOWN_KIND) return UNKNOWN_KIND;
  const route = /^(?:GET|HEAD) (\/.*)$/.exec(series)?.[1];
  return route === undefined ? undefined : KINDS.find(([, pattern]) => pattern.test(route))?.[0];
}

/** Most requested first. */
export function readersAsked(routes: readonly SeriesLine[]): readonly ReadersAsked[] {
  const byKind = Map.groupBy(routes, ({ name }) => kindOf(name));
  byKind.delete(undefined);
  const all = [...byKind.values()].flat().reduce((sum, { count }) => sum + count, 0);
  return [...byKind]
    .map(([kind, lines]): ReadersAsked => {
      const sum = (pick: (line: SeriesLine) => number): number =>
        lines.reduce((total, line) => total + pick(line), 0);
      const length = Math.max(...lines.map((line) => line.course.length));
      const count = sum((line) => line.count);
      return {
        kind: kind!,
        count,
        perSecond: sum((line) => line.perSecond),
        countShare: all > 0 ? count / all : 0,
        course: Array.from({ length }, (_, index) => sum((line) => line.course[index] ?? 0)),
      };
    })
    .sort((a, b) => b.count - a.count);
}
