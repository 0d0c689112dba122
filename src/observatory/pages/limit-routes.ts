import type { Router, RouterContext } from '@koa/router';
import type { Context } from 'koa';
import type { TelemetryControl } from '../../../otel/query.ts';
import { LIMITS_PATH } from '../draw/checks-panel.ts';
import type { AskedChange } from '../page.ts';
import { askedOf, fieldsOf, requestOf } from './settings-request.ts';

/** Changes limits and objectives. The caller has checked the session and read the fields. */
export function addLimitRoutes(
  router: Router,
  options: {
    readonly base: string;
    readonly control: TelemetryControl;
    readonly who: (ctx: Context) => string;
    /** Shows the form again with what is wrong. */
    readonly show: (ctx: RouterContext, asked: AskedChange) => Promise<void>;
  },
): void {
  const { base, control, who, show } = options;
  router.post(LIMITS_PATH, async (ctx) => {
    const request = requestOf(ctx);
    const outcome = control.changeSettings(request, fieldsOf(ctx)['revision'] ?? '', who(ctx));
    if (!('change' in outcome)) return show(ctx, { ...askedOf(request), ...outcome });
    ctx.set('Cache-Control', 'no-store');
    ctx.redirect(`${base}${LIMITS_PATH}${ctx.search}`);
    ctx.status = 303;
  });
}
