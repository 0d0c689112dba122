import { AsyncResource } from 'node:async_hooks';
import type { Router } from '@koa/router';
import type { Alerts } from '../observatory/alerts/alerts.ts';
import type { AdminParts } from '../admin/admin-parts.ts';
import type { Database } from 'better-sqlite3';
import type { TelemetryControl, TelemetryQuery } from '../../otel/query.ts';
import type { DataFacts } from '../observatory/facts/data-facts.ts';
import { explainPlan } from '../db/explain-plan.ts';
import { createMetricsRoute, createPrometheusRoute } from '../observatory/metrics-route.ts';
import type { LiveStreams } from '../observatory/live/live-streams.ts';
import { createMarkRoute } from '../observatory/pages/mark-routes.ts';
import { createObservatoryRoutes } from '../observatory/routes.ts';
import { createSharedTrace } from '../observatory/shared-trace.ts';
import { TraceLinkStore } from '../accounts/trace-link-store.ts';
import { postUrl } from '../posts/post-path.ts';
import type { PostStore } from '../posts/post-store.ts';
import type { Redirects } from '../posts/redirects.ts';
import { OBSERVATORY_PATH, SHARED_TRACE_PATH } from '../process/own-addresses.ts';
import { createRouter } from '../http/router.ts';
import type { Assets } from '../site/assets.ts';
import type { SiteSettings } from '../db/site-settings.ts';

/** Mounts the observatory for the owner, and its metrics for scripts with the bearer token. */
export function createObservatoryRouters(deps: {
  readonly telemetry: TelemetryQuery;
  readonly control: TelemetryControl;
  readonly live: LiveStreams;
  readonly alerts?: Alerts | undefined;
  readonly data: () => DataFacts;
  readonly posts: PostStore;
  readonly redirects: Redirects;
  readonly database: Database;
  readonly assets: Assets;
  readonly site: Pick<SiteSettings, 'title' | 'timeZone'>;
  readonly admin: AdminParts;
  /** The blog's base path; empty at the root. */
  readonly basePath: string;
  /** Scheme and host of PUBLIC_URL. */
  readonly origin: string | undefined;
}): readonly Router[] {
  const { telemetry, control, data, database, assets, site, admin, basePath } = deps;
  const traceLinks = new TraceLinkStore(database, () => telemetry.now());
  const door = createRouter();
  door.get('/admin/metrics', admin.ownerOrBearer, createMetricsRoute({ telemetry, data }));
  door.post('/admin/metrics/markers', admin.bearerForm, createMarkRoute(control));
  door.get('/metrics', admin.ownerOrBearer, createPrometheusRoute(telemetry));
  door.get(
    SHARED_TRACE_PATH,
    createSharedTrace({ telemetry, traceLinks, assets, site, basePath, origin: deps.origin }),
  );
  // A stream of drawn pages is no data for programs.
  door.get(`${OBSERVATORY_PATH}/live`, admin.ownerOnly);
  door.get([OBSERVATORY_PATH, `${OBSERVATORY_PATH}/*path`], admin.ownerOrBearerData);
  door.post(`${OBSERVATORY_PATH}/*path`, admin.ownerFiles);
  const pages = createObservatoryRoutes({
    telemetry,
    control,
    live: deps.live,
    alerts: deps.alerts,
    traceLinks,
    data,
    redirectOf: leadsTo(deps),
    assets,
    site,
    jaegerUiUrl: jaegerUiUrlOf(telemetry),
    csrfToken: admin.csrfToken,
    who: admin.who,
    // In the context of the request, which is untraced: a check every second must not be recorded.
    mayLook: (ctx) => AsyncResource.bind(() => admin.isSessionLive(ctx)),
    basePath,
    origin: deps.origin,
    explain: (statementText) => explainPlan(database, statementText),
  });
  return [door, pages];
}

/** Where a path leads that was not found: a redirect, the address of a moved post, or its own if a post is there by now. */
function leadsTo({ posts, redirects }: { readonly posts: PostStore; readonly redirects: Redirects }) {
  return (path: string): string | undefined => {
    const found = posts.lookup(path);
    if (found.kind === 'post') return postUrl(found.post.path);
    return found.kind === 'moved' ? postUrl(found.path) : redirects.find(path);
  };
}

/** The value of the setting; undefined if it is not set. */
function jaegerUiUrlOf(telemetry: TelemetryQuery): string | undefined {
  const value = telemetry.settings().find(({ name }) => name === 'JAEGER_UI_URL')?.value;
  return value !== undefined && URL.canParse(value) ? value : undefined;
}
