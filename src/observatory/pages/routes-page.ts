import { html } from '../../markup/html.ts';
import { panel } from '../charts/frame.ts';
import { csvLink } from '../draw/facts.ts';
import { routeColumns } from '../draw/series-tables.ts';
import type { SeriesLine } from '../facts/series-lines.ts';
import { foundRows, tablePage } from '../draw/paged-table.ts';
import { drawTable, sheetOf, sortRows } from '../draw/table.ts';
import { share, text } from '../../markup/quantity.ts';
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
    return { seconds, routes: seriesLines(telemetry, 'http', range, seconds) };
  },
  title: () => 'Routes',
  sentence({ routes }, { links, range }) {
    const [first] = routes;
    if (first === undefined)
      return [{ text: `No requests ${range.words}. Choose a longer range to see older ones.` }];
    return [
      { text: `${plural(routes.length, 'route')} ${range.words}. ` },
      { text: shortRoute(first.name), href: links.series('http', first.name) },
      { text: ` takes the most time, ${text(share(first.timeShare))} of it.` },
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
      foot: html`<span>share of time is rate × mean duration: what a route costs</span
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
