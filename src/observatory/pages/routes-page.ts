import { html } from '../../markup/html.ts';
import { panel } from '../charts/frame.ts';
import { csvLink } from '../draw/facts.ts';
import { routeColumns } from '../draw/series-tables.ts';
import type { SeriesLine } from '../facts/series-lines.ts';
import { firstShown, foundRows, tablePage } from '../draw/paged-table.ts';
import { drawTable, sheetOf, sortRows } from '../draw/table.ts';
import { share, text } from '../../markup/quantity.ts';
import { secondsOf } from '../facts/series-lines.ts';
import { routeLines, type RouteLines } from '../facts/route-lines.ts';
import {
  LEAST_REQUESTS,
  type SlowestRoute,
  slowestRoute,
  type SlowOthers,
  slowOthers,
} from '../facts/slowest-route.ts';
import { momentText } from '../format/moment.ts';
import { orderWords, plural, shortRoute } from '../sentences/sentence.ts';
import { otherWords, slowestWords } from '../sentences/slowest-words.ts';
import { waitShareWords } from '../sentences/wait-words.ts';
import { definePage } from './define-page.ts';

interface RoutesFacts extends RouteLines {
  readonly seconds: number;
  /** Per request; undefined if no route had LEAST_REQUESTS. */
  readonly slowest: SlowestRoute | undefined;
  readonly slowOthers: SlowOthers;
}

/** Every route with its rate, outcomes, percentiles and share of time. */
export const routesPage = definePage<RoutesFacts>({
  path: '/routes',
  menu: 'routes',
  fetch({ telemetry, range, now }) {
    const seconds = secondsOf(telemetry, range, now);
    const lines = routeLines(telemetry, range, seconds);
    const slowest = slowestRoute(telemetry, range, lines.routes);
    const chosen = lines.routes.find(({ name }) => name === slowest?.name);
    return { seconds, ...lines, slowest, slowOthers: slowOthers(lines.routes, chosen) };
  },
  title: () => 'Routes',
  sentence({ routes, slowest, slowOthers: others }, view) {
    const { links, range } = view;
    const [busiest] = routes;
    if (busiest === undefined)
      return [{ text: `No requests ${range.words}. Choose a longer range to see older ones.` }];
    const first = routes.reduce((most, line) => (line.totalMillis > most.totalMillis ? line : most));
    return [
      {
        text: `${plural(routes.length, 'route')} ${range.words}${slowest === undefined ? `, none with the ${plural(LEAST_REQUESTS, 'request')} that it takes to judge the slowest` : ''}`,
      },
      ...orderWords(firstShown(routes, routeColumns(view), view, nameOf), ({ name }) => ({
        text: shortRoute(name),
        href: links.series('http', name),
      })),
      { text: '. ' },
      ...(slowest === undefined ? [] : slowestWords(slowest, links)),
      ...otherWords(others, slowest, links),
      { text: shortRoute(first.name), href: links.series('http', first.name) },
      { text: ` takes the most time in all, ${text(share(first.timeShare))} of it` },
      ...waitShareWords(first, links),
      ...(busiest === first
        ? []
        : [
            { text: '; of its own, ' },
            { text: shortRoute(busiest.name), href: links.series('http', busiest.name) },
            { text: ' takes the most' },
          ]),
      { text: '.' },
    ];
  },
  draw({ routes, waitsKnownSinceMillis: since, waitsAreMissing: areMissing }, view) {
    const columns = routeColumns(view);
    const { rows, note, search, pages } = tablePage(
      sortRows(routes, columns, view.query['sort']),
      view,
      nameOf,
    );
    return panel({
      title: 'Routes',
      note: html`${note ?? 'from every request'} ${csvLink(view)}`,
      body: html`${search}${drawTable(rows, columns, {
        caption: 'Routes',
        keyOf: nameOf,
        view,
        empty: routes.length > 0 ? 'No route has these words.' : 'No requests in this range.',
      })}${pages}`,
      foot: html`<span
          >share of time is rate × mean duration: what a route costs; waiting for the event loop: of every
          request that
          <a href="${view.links.to('/stalls')}">stalls</a>
          delayed${areMissing && ', but of stalls of an earlier version, the 100 that waited longest of each'}${since !== undefined && `; before ${momentText(since, view.now)} it is not known`}.
          Routes are in the order of the rest of their time</span
        ><span
          >slowest per request: by the lower end of the 95 % interval of each route’s median, from
          ${plural(LEAST_REQUESTS, 'request')} on: fewer are too few to call a route slow, or perhaps
          slow</span
        ><span
          >not counted: these pages, and the files under /assets/admin/ that only admin pages load; fonts and
          the icon are counted, since readers load them too</span
        >`,
    });
  },
  sheet: ({ routes }, view) => sheetOf(foundRows(routes, view, nameOf), routeColumns(view)),
});

function nameOf({ name }: SeriesLine): string {
  return name;
}
