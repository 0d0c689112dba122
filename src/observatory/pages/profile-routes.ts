import type { Router, RouterContext } from '@koa/router';
import { PROFILE_SECONDS, type TelemetryControl, type TelemetryQuery } from '../../../otel/query.ts';
import { seeOther } from '../../http/see-other.ts';
import { formFields } from '../../http/form-body.ts';
import { PROFILES_PATH } from '../draw/profile-panels.ts';
import type { PageRequest } from '../page.ts';

/** Starts a profile, and sends one as a file. The caller has checked that the owner asks. */
export function addProfileRoutes(
  router: Router,
  options: {
    readonly base: string;
    readonly telemetry: Pick<TelemetryQuery, 'profileFile'>;
    readonly control: Pick<TelemetryControl, 'startProfile'>;
    /** Shows the page with the reason. */
    readonly refuse: (ctx: RouterContext, refused: NonNullable<PageRequest['refused']>) => Promise<void>;
  },
): void {
  const { base, telemetry, control, refuse } = options;

  router.post(PROFILES_PATH, async (ctx) => {
    const { seconds = String(PROFILE_SECONDS.usual) } = formFields(ctx);
    const problem = control.startProfile(/^\s*\d+\s*$/.test(seconds) ? Number(seconds) : Number.NaN);
    if (problem !== undefined) return refuse(ctx, { problem, text: seconds.slice(0, 20) });
    seeOther(ctx, `${base}${PROFILES_PATH}`);
  });

  router.get(`${PROFILES_PATH}/:id.cpuprofile`, (ctx) => {
    const { id = '' } = ctx.params;
    const file = telemetry.profileFile(Number(id));
    if (file === undefined)
      ctx.throw(404, 'This profile is not held: the last few are kept, in memory alone.', { expose: true });
    ctx.set('Cache-Control', 'no-store');
    ctx.type = 'application/json; charset=utf-8';
    ctx.attachment(`profile-${id}.cpuprofile`);
    ctx.body = file;
  });
}
