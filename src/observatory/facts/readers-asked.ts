import type { SeriesLine } from './series-lines.ts';

/** What kind of thing readers asked the blog for, over the routes that serve it. */
export interface ReadersAsked {
  readonly kind: string;
  readonly count: number;
  /** 4xx: nothing there, most of them. */
  readonly clientErrors: number;
  readonly perSecond: number;
  /** Of all that readers asked for, 0–1. */
  readonly countShare: number;
  readonly course: readonly number[];
}

/** The first that matches has it; a route of none is the owner's or a room of its own. */
const KINDS: readonly (readonly [kind: string, route: RegExp])[] = [
  ['front page', /^\/$/],
  ['lists: tags, archive', /^\/(?:tags|archive)\b/],
  ['feeds', /^\/feed\b/],
  ['searches', /^\/search$/],
  ['media', /^\/media\b/],
  ['styles, fonts, icons', /^\/(?:assets\b|favicon)/],
  ['for machines: sitemap, robots', /^\/(?:sitemap|robots\.txt|opensearch|feeds\.opml)/],
  ['posts', /^\/:(?:path|year|slug)\b/],
];

function kindOf(series: string): string | undefined {
  const route = /^(?:GET|HEAD) (\/.*)$/.exec(series)?.[1];
  return route === undefined ? undefined : KINDS.find(([, pattern]) => pattern.test(route))?.[0];
}

/** Most asked first. */
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
        clientErrors: sum((line) => line.clientErrors),
        perSecond: sum((line) => line.perSecond),
        countShare: all > 0 ? count / all : 0,
        course: Array.from({ length }, (_, index) => sum((line) => line.course[index] ?? 0)),
      };
    })
    .sort((a, b) => b.count - a.count);
}
