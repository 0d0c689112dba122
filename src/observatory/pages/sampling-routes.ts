import type { Router, RouterContext } from '@koa/router';
import type { Context } from 'koa';
import type { TelemetryControl } from '../../../otel/query.ts';
import type { AskedChange } from '../page.ts';
import { askedOf, fieldsOf, requestOf } from './settings-request.ts';

export const CHANGE_PATH = '/sampling/change';
export const TRY_PATH = '/sampling/try';
export const APPLY_PATH = '/sampling/apply';

/** The two steps of a change: try and apply. The caller has checked the session and read the fields. */
export function addSamplingRoutes(
  router: Router,
  options: {
    readonly base: string;
    readonly control: TelemetryControl;
    readonly who: (ctx: Context) => string;
    /** Shows the form again with the result. */
    readonly show: (ctx: RouterContext, asked: AskedChange) => Promise<void>;
  },
): void {
  const { base, control, who, show } = options;

  router.post(TRY_PATH, async (ctx) => {
    const request = requestOf(ctx);
    const trial = await control.trySettings(request);
    await show(ctx, { ...askedOf(request), ...('problems' in trial ? trial : { trial }) });
  });

  router.post(APPLY_PATH, async (ctx) => {
    const request = requestOf(ctx);
    const outcome = control.changeSettings(request, fieldsOf(ctx)['revision'] ?? '', who(ctx));
    if (!('change' in outcome)) return show(ctx, { ...askedOf(request), ...outcome });
    ctx.set('Cache-Control', 'no-store');
    ctx.redirect(`${base}/sampling${ctx.search}`);
    ctx.status = 303;
  });
}
