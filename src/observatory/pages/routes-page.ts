import { html } from '../../markup/html.ts';
import { panel } from '../charts/frame.ts';
import { csvLink } from '../draw/facts.ts';
import { MOSTLY, routeColumns, waitedShare } from '../draw/series-tables.ts';
import type { SeriesLine } from '../facts/series-lines.ts';
import { foundRows, tablePage } from '../draw/paged-table.ts';
import { drawTable, sheetOf, sortRows } from '../draw/table.ts';
import { share, text } from '../../markup/quantity.ts';
import { waitedByRoute } from '../facts/loop-waits.ts';
import { definePage } from './define-page.ts';
import { plural, shortRoute } from '../sentences/sentence.ts';
import { secondsOf, seriesLines } from '../facts/series-lines.ts';

interface RoutesFacts {
  readonly seconds: number;
  readonly routes: readonly SeriesLine[];
}

/** Every route with its rate, outcomes, percentiles and share of time. */
export const routesPage = definePage<RoutesFacts>({
  path: '/routes',
  menu: 'routes',
  fetch({ telemetry, range, now }) {
    const seconds = secondsOf(telemetry, range, now);
    const waited = waitedByRoute(telemetry.stalls(range).rows);
    const routes = seriesLines(telemetry, 'http', range, seconds).map((line) => ({
      ...line,
      waitedMillis: Math.min(line.totalMillis, waited.get(line.name) ?? 0),
    }));
    return { seconds, routes };
  },
  title: () => 'Routes',
  sentence({ routes }, { links, range }) {
    const [first] = routes;
    if (first === undefined)
      return [{ text: `No requests ${range.words}. Choose a longer range to see older ones.` }];
    const counted = { text: `${plural(routes.length, 'route')} ${range.words}. ` };
    const name = { text: shortRoute(first.name), href: links.series('http', first.name) };
    const part = text(share(first.timeShare));
    if (waitedShare(first) < MOSTLY) return [counted, name, { text: ` takes the most time, ${part} of it.` }];
    const busiest = routes.reduce((most, line) => (ownMillis(line) > ownMillis(most) ? line : most));
    return [
      counted,
      name,
      { text: ` takes the most time, ${part} of it, but most of that waiting for the ` },
      { text: 'event loop', href: links.to('/stalls') },
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
  draw({ routes }, view) {
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
          >share of time is rate × mean duration: what a route costs; waiting for the event loop: of the
          requests that stalls list, the 100 that waited longest of each</span
        ><span
          >not counted: these pages, and the files under /assets/admin/ that only admin pages load; fonts and
          the icon are counted, since readers load them too</span
        >`,
    });
  },
  sheet: ({ routes }, view) => sheetOf(foundRows(routes, view, nameOf), routeColumns(view)),
});

function ownMillis({ totalMillis, waitedMillis = 0 }: SeriesLine): number {
  return totalMillis - waitedMillis;
}

function nameOf({ name }: SeriesLine): string {
  return name;
}
