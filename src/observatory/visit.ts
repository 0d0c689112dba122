import type { Context } from 'koa';
import type { TelemetryQuery } from '../../otel/query.ts';
import { OBSERVATORY_PATH } from '../process/own-addresses.ts';
import { brokenPage } from './draw/broken.ts';
import { rangeAsked } from './facts/range-asked.ts';
import { Links } from './links.ts';
import type { AnyPage, OpenPage, PageRequest, PageView } from './page.ts';
import type { ImportedTraces } from './facts/imported-traces.ts';

export type Query = Readonly<Record<string, string | undefined>>;

/** What one visitor asks of one page. */
export interface Visit {
  readonly page: AnyPage;
  /** Of the page below the base, its parameters filled in. */
  readonly path: string;
  readonly params: Readonly<Record<string, string>>;
  readonly query: Query;
  readonly csrfToken?: string | undefined;
  /** A form that was sent to the page. */
  readonly sent?: Pick<PageRequest, 'refused' | 'change'> | undefined;
  /** Told why a page could not be opened; unless it throws, the visitor sees the page of that. */
  readonly broken: (error: unknown) => void;
}

/** A page with its facts in hand, and what it draws with. */
export interface Visited {
  readonly open: OpenPage;
  readonly view: PageView;
}

export type Visits = (visit: Visit) => Visited;

/** Opens pages: asks telemetry for what they show, in the range that the query names. */
export function createVisits(options: {
  readonly telemetry: TelemetryQuery;
  readonly imported: ImportedTraces;
  readonly now: () => number;
  readonly explain: PageRequest['explain'];
  readonly jaegerUiUrl: string | undefined;
  readonly basePath: string;
  readonly origin: string | undefined;
}): Visits {
  const { telemetry, imported, explain, basePath, origin } = options;
  const jaegerUiUrl = options.jaegerUiUrl?.replace(/\/+$/, '');
  return ({ page, path, params, query, csrfToken, sent, broken }) => {
    const now = options.now();
    const range = rangeAsked(telemetry, query, now);
    const links = new Links(OBSERVATORY_PATH, range.query);
    const view: PageView = { links, range, now, path, query, jaegerUiUrl, basePath, origin, csrfToken };
    try {
      const request = { telemetry, params, query, range, now, explain, imported, ...sent };
      return { open: page.open(request, view), view };
    } catch (error) {
      broken(error);
      return { open: brokenPage('Not drawn', error, links), view };
    }
  };
}

/** The first of each parameter. */
export function queryOf(ctx: Context): Query {
  return Object.fromEntries(
    Object.entries(ctx.query).map(([key, value]) => [key, Array.isArray(value) ? value[0] : value]),
  );
}
