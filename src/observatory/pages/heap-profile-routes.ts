import type { Router, RouterContext } from '@koa/router';
import { HEAP_PROFILE_SECONDS, type TelemetryControl, type TelemetryQuery } from '../../../otel/query.ts';
import { seeOther } from '../../http/see-other.ts';
import { formFields } from '../../http/form-body.ts';
import { HEAP_PROFILES_PATH } from '../draw/heap-profile-panels.ts';
import type { PageRequest } from '../page.ts';

/** Starts a heap profile, and sends one as a file. The caller has checked that the owner asks. */
export function addHeapProfileRoutes(
  router: Router,
  options: {
    readonly base: string;
    readonly telemetry: Pick<TelemetryQuery, 'heapProfiling'>;
    readonly control: Pick<TelemetryControl, 'heapProfiling'>;
    /** Shows the page with the reason. */
    readonly refuse: (ctx: RouterContext, refused: NonNullable<PageRequest['refused']>) => Promise<void>;
  },
): void {
  const { base, telemetry, control, refuse } = options;

  router.post(HEAP_PROFILES_PATH, async (ctx) => {
    const { seconds = String(HEAP_PROFILE_SECONDS.usual) } = formFields(ctx);
    const problem = control.heapProfiling.startHeapProfile(
      /^\s*\d+\s*$/.test(seconds) ? Number(seconds) : Number.NaN,
    );
    if (problem !== undefined) return refuse(ctx, { problem, text: seconds.slice(0, 20) });
    seeOther(ctx, `${base}${HEAP_PROFILES_PATH}`);
  });

  router.get(`${HEAP_PROFILES_PATH}/:id.heapprofile`, (ctx) => {
    const { id = '' } = ctx.params;
    const file = telemetry.heapProfiling.heapProfileFile(Number(id));
    if (file === undefined)
      ctx.throw(404, 'This heap profile is not held: the last few are kept, in memory alone.', {
        expose: true,
      });
    ctx.set('Cache-Control', 'no-store');
    ctx.type = 'application/json; charset=utf-8';
    ctx.attachment(`heap-profile-${id}.heapprofile`);
    ctx.body = file;
  });
}
