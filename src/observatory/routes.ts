import type { Router } from '@koa/router';
import type { Context } from 'koa';
import type { TelemetryControl, TelemetryQuery } from '../../otel/query.ts';
import type { Assets } from '../accounts/admin-layout.ts';
import { createRouter } from '../http/router.ts';
import { OBSERVATORY_PATH } from '../process/own-addresses.ts';
import { createAnswer } from './answer.ts';
import { Rail } from './draw/rail.ts';
import { addLiveRoute } from './live/live-route.ts';
import { LiveStreams } from './live/live-streams.ts';
import { PAGES } from './pages/all-pages.ts';
import { importPage } from './pages/import-page.ts';
import { addPinRoutes } from './pages/pin-routes.ts';
import { samplingChangePage } from './pages/sampling-change-page.ts';
import { addSamplingRoutes } from './pages/sampling-routes.ts';
import { addImportRoutes } from './transfer/import-routes.ts';
import { ImportedTraces } from './facts/imported-traces.ts';
import { createVisits } from './visit.ts';

export interface ObservatoryOptions {
  readonly telemetry: TelemetryQuery;
  readonly control: TelemetryControl;
  readonly assets: Assets;
  readonly site: { readonly title: string };
  /** Who stops the server ends them. Default: of its own. */
  readonly live?: LiveStreams;
  /** Epoch milliseconds; default telemetry's own clock. */
  readonly now?: () => number;
  /** Makes "open in Jaeger" links; without a trailing slash. */
  readonly jaegerUiUrl?: string | undefined;
  /** The plan of a parameterised statement, which it never runs; throws where there is none. */
  readonly explain?: (statementText: string) => readonly string[];
  /** The token that forms carry; undefined where the mounting checks otherwise. */
  readonly csrfToken?: (ctx: Context) => string | undefined;
  /** Who asks, for the list of changes. Default: the owner. */
  readonly who?: (ctx: Context) => string;
  /** Whether who opened a live stream may still look; asked for as long as it is open. Undefined: everybody may. */
  readonly mayLook?: (ctx: Context) => () => boolean;
  /** Where the blog is on its host; default: at the root. Whole pages are moved there by the mounting, live updates here. */
  readonly basePath?: string;
  /** Scheme and host of PUBLIC_URL; default: what each request named. */
  readonly origin?: string | undefined;
}

/** The telemetry pages. The mounting has checked that the owner asks. */
export function createObservatoryRoutes(options: ObservatoryOptions): Router {
  const { telemetry, control, assets, site, basePath = '', csrfToken } = options;
  const { explain, jaegerUiUrl, origin, mayLook, live = new LiveStreams(telemetry) } = options;
  const now = options.now ?? (() => telemetry.now());
  const base = OBSERVATORY_PATH;
  const router = createRouter({ prefix: base });
  const imported = new ImportedTraces();
  const rail = new Rail(telemetry);
  const visits = createVisits({ telemetry, imported, now, explain, jaegerUiUrl, basePath, origin });
  const answer = createAnswer({ telemetry, visits, rail, assets, site, csrfToken });

  for (const page of PAGES)
    router.get(page.path === '' ? new RegExp(`^${base}/?$`) : page.path, (ctx) => answer(ctx, page));
  addLiveRoute(router, { pages: PAGES, live, visits, rail, basePath, mayLook });
  addImportRoutes(router, {
    base,
    imported,
    now,
    refuse: (ctx, refused) => answer(ctx, importPage, { refused }),
  });
  addSamplingRoutes(router, {
    base,
    control,
    who: options.who ?? (() => 'owner'),
    show: (ctx, change) => answer(ctx, samplingChangePage, { change }),
  });
  addPinRoutes(router, { base, control });
  return router;
}
