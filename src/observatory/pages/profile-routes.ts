import type { Router, RouterContext } from '@koa/router';
import type { TelemetryControl, TelemetryQuery } from '../../../otel/query.ts';
import { seeOther } from '../../http/see-other.ts';
import { formFields } from '../../http/form-body.ts';
import { type ProfileKind, slugOf } from '../draw/asked-profiles.ts';
import { HEAP_PROFILE } from '../draw/heap-profile-panels.ts';
import { TIME_PROFILE } from '../draw/profile-panels.ts';
import type { AnyPage, PageRequest } from '../page.ts';
import { heapProfilesPage } from './heap-profiles-page.ts';
import { profilesPage } from './profiles-page.ts';

interface ProfileRoutes {
  readonly base: string;
  readonly telemetry: Pick<TelemetryQuery, 'profileFile' | 'heapProfiling'>;
  readonly control: Pick<TelemetryControl, 'startProfile' | 'heapProfiling'>;
  /** Shows the page with the reason. */
  readonly refuse: (
    ctx: RouterContext,
    page: AnyPage,
    refused: NonNullable<PageRequest['refused']>,
  ) => Promise<void>;
}

/** Starts profiles of time and of memory, and sends one as a file. The caller has checked that the owner asks. */
export function addProfileRoutes(router: Router, options: ProfileRoutes): void {
  const { telemetry, control } = options;
  addRoutes(router, options, TIME_PROFILE, {
    page: profilesPage,
    start: (seconds) => control.startProfile(seconds),
    fileOf: (id) => telemetry.profileFile(id),
  });
  addRoutes(router, options, HEAP_PROFILE, {
    page: heapProfilesPage,
    start: (seconds) => control.heapProfiling.startHeapProfile(seconds),
    fileOf: (id) => telemetry.heapProfiling.heapProfileFile(id),
  });
}

function addRoutes(
  router: Router,
  { base, refuse }: Pick<ProfileRoutes, 'base' | 'refuse'>,
  kind: ProfileKind,
  profiles: {
    readonly page: AnyPage;
    /** Returns why none is started. */
    readonly start: (seconds: number) => string | undefined;
    readonly fileOf: (id: number) => string | undefined;
  },
): void {
  const { path, name, extension, length } = kind;

  router.post(path, async (ctx) => {
    const { seconds = String(length.usual) } = formFields(ctx);
    const problem = profiles.start(/^\s*\d+\s*$/.test(seconds) ? Number(seconds) : Number.NaN);
    if (problem !== undefined) return refuse(ctx, profiles.page, { problem, text: seconds.slice(0, 20) });
    seeOther(ctx, `${base}${path}`);
  });

  router.get(`${path}/:id.${extension}`, (ctx) => {
    const { id = '' } = ctx.params;
    const file = profiles.fileOf(Number(id));
    if (file === undefined)
      ctx.throw(404, `This ${name} is not held: the last few are kept, in memory alone.`, { expose: true });
    ctx.set('Cache-Control', 'no-store');
    ctx.type = 'application/json; charset=utf-8';
    ctx.attachment(`${slugOf(kind)}-${id}.${extension}`);
    ctx.body = file;
  });
}
