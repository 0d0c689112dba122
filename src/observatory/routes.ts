import type { Router } from '@koa/router';
import type { Context } from 'koa';
import type { TelemetryControl, TelemetryQuery } from '../../otel/query.ts';
import type { Alerts } from './alerts/alerts.ts';
import { NO_DATA_FACTS, type DataFacts } from './facts/data-facts.ts';
import type { Assets } from '../accounts/admin-layout.ts';
import type { TraceLinks } from './trace/trace-links.ts';
import { createOrigin } from '../http/absolute-url.ts';
import { createRouter } from '../http/router.ts';
import { OBSERVATORY_PATH } from '../process/own-addresses.ts';
import { createAnswer, type SiteFacts } from './answer.ts';
import { Rail } from './draw/rail.ts';
import { addLiveRoute } from './live/live-route.ts';
import { LiveStreams } from './live/live-streams.ts';
import { PAGES } from './pages/all-pages.ts';
import { addAlertRoutes } from './pages/alert-routes.ts';
import { exportPage } from './pages/export-page.ts';
import { addExportRoutes } from './pages/export-routes.ts';
import { importPage } from './pages/import-page.ts';
import { addLimitRoutes } from './pages/limit-routes.ts';
import { limitsPage } from './pages/limits-page.ts';
import { addMarkRoutes } from './pages/mark-routes.ts';
import { addPinRoutes } from './pages/pin-routes.ts';
import { addProfileRoutes } from './pages/profile-routes.ts';
import { addShareRoutes, openLinks } from './pages/share-routes.ts';
import { tracePage } from './pages/trace-page.ts';
import { samplingChangePage } from './pages/sampling-change-page.ts';
import { addSamplingRoutes } from './pages/sampling-routes.ts';
import { addImportRoutes } from './transfer/import-routes.ts';
import { ImportedTraces } from './facts/imported-traces.ts';
import { OwnViews } from './facts/own-views.ts';
import type { PageRequest } from './page.ts';
import { createVisits } from './visit.ts';

export interface ObservatoryOptions {
  readonly telemetry: TelemetryQuery;
  readonly control: TelemetryControl;
  readonly assets: Assets;
  readonly site: SiteFacts;
  /** The caller ends them when it stops the server. Default: the routes create their own. */
  readonly live?: LiveStreams;
  /** Epoch milliseconds; default telemetry's own clock. */
  readonly now?: () => number;
  /** Makes "open in Jaeger" links; without a trailing slash. */
  readonly jaegerUiUrl?: string | undefined;
  /** Returns the plan of a parameterised statement without running it; throws if there is none. */
  readonly explain?: (statementText: string) => readonly string[];
  /** Undefined: the page has no rules. */
  readonly alerts?: Alerts | undefined;
  /** Undefined: traces cannot be shared. */
  readonly traceLinks?: TraceLinks | undefined;
  /** Where the app redirects a path. Default: nowhere. */
  readonly redirectOf?: PageRequest['redirectOf'];
  /** Default: nothing is known of the data. */
  readonly data?: () => DataFacts;
  /** Returns the CSRF token for forms; undefined if the caller checks requests in another way. */
  readonly csrfToken?: (ctx: Context) => string | undefined;
  /** Describes the client, for the list of changes. Default: the owner. */
  readonly who?: (ctx: Context) => string;
  /** Returns a check whether the viewer of a live stream is still allowed; called while it is open. Undefined: everyone is. */
  readonly mayLook?: (ctx: Context) => () => boolean;
  /** The blog's base path; default: none. The caller prefixes whole pages, these routes prefix live updates. */
  readonly basePath?: string;
  /** Scheme and host of PUBLIC_URL; default: those of each request. */
  readonly origin?: string | undefined;
}

/** Creates the routes of the telemetry pages. The caller has checked that the owner asks. */
export function createObservatoryRoutes(options: ObservatoryOptions): Router {
  const { telemetry, control, assets, site, basePath = '', csrfToken } = options;
  const {
    alerts,
    traceLinks,
    explain,
    jaegerUiUrl,
    origin,
    mayLook,
    live = new LiveStreams(telemetry),
  } = options;
  const who = options.who ?? (() => 'owner');
  const now = options.now ?? (() => telemetry.now());
  const base = OBSERVATORY_PATH;
  const router = createRouter({ prefix: base });
  const imported = new ImportedTraces();
  const ownViews = new OwnViews();
  const rail = new Rail(telemetry, ownViews);
  const visits = createVisits({
    telemetry,
    imported,
    now,
    explain,
    alerts: alerts && (() => alerts.facts()),
    traceLinks: traceLinks && (() => openLinks(traceLinks, control)),
    data: options.data ?? (() => NO_DATA_FACTS),
    redirectOf: options.redirectOf ?? (() => undefined),
    ownViews,
    jaegerUiUrl,
    basePath,
    origin,
  });
  const answer = createAnswer({ telemetry, visits, rail, ownViews, assets, site, csrfToken });

  for (const page of PAGES)
    router.get(page.path === '' ? new RegExp(`^${base}/?$`) : page.path, (ctx) => answer(ctx, page));
  addLiveRoute(router, { pages: PAGES, live, visits, rail, ownViews, site, basePath, mayLook });
  addImportRoutes(router, {
    base,
    imported,
    now,
    refuse: (ctx, refused) => answer(ctx, importPage, { refused }),
  });
  addSamplingRoutes(router, {
    base,
    control,
    who,
    show: (ctx, change) => answer(ctx, samplingChangePage, { change }),
  });
  addLimitRoutes(router, {
    base,
    control,
    who,
    show: (ctx, change) => answer(ctx, limitsPage, { change }),
  });
  if (alerts !== undefined) addAlertRoutes(router, { base, alerts });
  addPinRoutes(router, { base, control });
  addMarkRoutes(router, { base, control });
  if (traceLinks !== undefined)
    addShareRoutes(router, {
      base,
      telemetry,
      control,
      traceLinks,
      blogAddress: createOrigin({ publicUrl: origin && `${origin}${basePath}` }),
      show: (ctx, madeLink) => answer(ctx, tracePage, { madeLink }),
    });
  addProfileRoutes(router, {
    base,
    telemetry,
    control,
    refuse: (ctx, page, refused) => answer(ctx, page, { refused }),
  });
  addExportRoutes(router, {
    base,
    control,
    show: (ctx, exportTests) => answer(ctx, exportPage, { exportTests }),
  });
  return router;
}
