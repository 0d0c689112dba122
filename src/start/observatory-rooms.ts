import { AsyncResource } from 'node:async_hooks';
import type { Router } from '@koa/router';
import type { DeskRooms } from '../admin/desk-rooms.ts';
import type { Database } from 'better-sqlite3';
import type { TelemetryControl, TelemetryQuery } from '../../otel/query.ts';
import { explainPlan } from '../db/explain-plan.ts';
import { createMetricsRoute } from '../observatory/metrics-route.ts';
import type { LiveStreams } from '../observatory/live/live-streams.ts';
import { createObservatoryRoutes } from '../observatory/routes.ts';
import { OBSERVATORY_PATH } from '../process/own-addresses.ts';
import { createRouter } from '../http/router.ts';
import type { Assets } from '../site/assets.ts';
import type { SiteSettings } from '../db/site-settings.ts';

/** Media type of the text format of Prometheus, version 0.0.4. */
const PROMETHEUS_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/** The telemetry pages behind the owner's door, and their facts as JSON behind the door for scripts. */
export function createObservatoryRooms(deps: {
  readonly telemetry: TelemetryQuery;
  readonly control: TelemetryControl;
  readonly live: LiveStreams;
  readonly database: Database;
  readonly assets: Assets;
  readonly site: Pick<SiteSettings, 'title'>;
  readonly desk: DeskRooms;
  /** Of the blog on its host; empty at the root. */
  readonly basePath: string;
  /** Scheme and host of PUBLIC_URL. */
  readonly origin: string | undefined;
}): readonly Router[] {
  const { telemetry, control, database, assets, site, desk, basePath } = deps;
  const door = createRouter();
  door.get('/admin/metrics', desk.ownerOrBearer, createMetricsRoute({ telemetry }));
  door.get('/metrics', desk.ownerOrBearer, async (ctx) => {
    ctx.type = PROMETHEUS_TYPE;
    ctx.body = await telemetry.prometheus();
  });
  door.get([OBSERVATORY_PATH, `${OBSERVATORY_PATH}/*path`], desk.ownerOnly);
  door.post(`${OBSERVATORY_PATH}/*path`, desk.ownerFiles);
  const pages = createObservatoryRoutes({
    telemetry,
    control,
    live: deps.live,
    assets,
    site,
    jaegerUiUrl: jaegerUiUrlOf(telemetry),
    csrfToken: desk.csrfToken,
    who: desk.who,
    // In the context of the request, which is untraced: a question of every second must not be telemetry of its own.
    mayLook: (ctx) => AsyncResource.bind(() => desk.isSessionLive(ctx)),
    basePath,
    origin: deps.origin,
    explain: (statementText) => explainPlan(database, statementText),
  });
  return [door, pages];
}

/** As the settings in force name it; undefined when it is not set. */
function jaegerUiUrlOf(telemetry: TelemetryQuery): string | undefined {
  const value = telemetry.settings().find(({ name }) => name === 'JAEGER_UI_URL')?.value;
  return value !== undefined && URL.canParse(value) ? value : undefined;
}
