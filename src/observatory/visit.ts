import type { Context } from 'koa';
import type { TelemetryQuery } from '../../otel/query.ts';
import { OBSERVATORY_PATH } from '../process/own-addresses.ts';
import { brokenPage } from './draw/broken.ts';
import { rangeAsked } from './facts/range-asked.ts';
import { inZone } from './format/zone.ts';
import { isTimeZone } from '../markup/zoned-time.ts';
import { Links } from './links.ts';
import type { AnyPage, OpenPage, PageRequest, PageView } from './page.ts';
import type { OwnViews } from './facts/own-views.ts';
import type { Shed } from './sentences/shedding-sentence.ts';
import type { ImportedTraces } from './facts/imported-traces.ts';

export type Query = Readonly<Record<string, string | undefined>>;

/** One request for one page. */
export interface Visit {
  readonly page: AnyPage;
  /** The page's path below the base, with its parameters. */
  readonly path: string;
  readonly params: Readonly<Record<string, string>>;
  readonly query: Query;
  readonly csrfToken?: string | undefined;
  /** The IANA zone of its times. */
  readonly zone: string;
  /** A form submitted to the page. */
  readonly sent?: Pick<PageRequest, 'refused' | 'change' | 'exportTests' | 'madeLink'> | undefined;
  /** Called with the error if a page fails; unless it throws, the visitor sees an error page. */
  readonly broken: (error: unknown) => void;
}

/** A page with its facts, and what it needs to draw. */
export interface Visited {
  readonly open: OpenPage;
  readonly view: PageView;
}

/** Opens a page in steps, each for a turn of the event loop. */
export type Visits = (visit: Visit) => Generator<undefined, Visited>;

/** Opens pages: fetches their facts from telemetry for the range in the query. */
export function createVisits(options: {
  readonly telemetry: TelemetryQuery;
  readonly imported: ImportedTraces;
  readonly now: () => number;
  readonly explain: PageRequest['explain'];
  readonly alerts: PageRequest['alerts'];
  readonly traceLinks: PageRequest['traceLinks'];
  readonly data: PageRequest['data'];
  readonly redirectOf: PageRequest['redirectOf'];
  readonly ownViews: OwnViews;
  readonly jaegerUiUrl: string | undefined;
  readonly basePath: string;
  readonly origin: string | undefined;
}): Visits {
  const { telemetry, imported, explain, alerts, traceLinks, data, redirectOf, basePath, origin, ownViews } =
    options;
  const jaegerUiUrl = options.jaegerUiUrl?.replace(/\/+$/, '');
  return function* ({ zone, ...visit }) {
    const steps = open(visit);
    for (;;) {
      const { done, value } = ownViews.run(() => inZone(zone, () => steps.next()));
      if (done === true) return value;
      yield;
    }
  };

  function* open({
    page,
    path,
    params,
    query,
    csrfToken,
    sent,
    broken,
  }: Omit<Visit, 'zone'>): Generator<undefined, Visited> {
    const now = options.now();
    const range = rangeAsked(telemetry, query, now);
    const links = new Links(OBSERVATORY_PATH, range.query);
    const asked = { range, now, query, readOnly: false };
    const shed = shedOf(telemetry);
    const view = { ...asked, links, path, jaegerUiUrl, basePath, origin, csrfToken, shed };
    try {
      const request = {
        ...asked,
        telemetry,
        params,
        explain,
        alerts,
        traceLinks,
        data,
        redirectOf,
        ownViewNanos: () => ownViews.nanosAt(now),
        imported,
        basePath,
        ...sent,
      };
      for (const _ of page.prepare(request)) yield;
      yield;
      return { open: page.open(request, view), view };
    } catch (error) {
      broken(error);
      return { open: brokenPage('Page failed', error, links), view };
    }
  }
}

function shedOf(telemetry: TelemetryQuery): Shed | undefined {
  const { shedding } = telemetry.sampling();
  const { sinceMillis } = shedding ?? {};
  if (shedding === undefined || sinceMillis === undefined) return undefined;
  return { ...shedding, sinceMillis, dropped: telemetry.spans().dropped.shedding };
}

/** Set by browser/zone.ts. */
const ZONE_COOKIE = 'glasshouse_zone';

/** The time zone of the browser; without its script, that of the blog; UTC if Node does not know it. */
export function viewerZone(ctx: Context, site: { readonly timeZone?: string }): string {
  const asked = [ctx.cookies.get(ZONE_COOKIE), site.timeZone];
  return (
    asked.find((zone) => zone !== undefined && zone.length <= MAX_ZONE_CHARS && isTimeZone(zone)) ?? 'UTC'
  );
}

/** The longest name is America/Argentina/ComodRivadavia. */
const MAX_ZONE_CHARS = 64;

/** The first value of each parameter. */
export function queryOf(ctx: Context): Query {
  return Object.fromEntries(
    Object.entries(ctx.query).map(([key, value]) => [key, Array.isArray(value) ? value[0] : value]),
  );
}
