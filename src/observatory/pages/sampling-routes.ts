import type { Router } from '@koa/router';
import { applyChange, askedOf, type ChangeOptions, requestOf } from './settings-request.ts';

export const CHANGE_PATH = '/sampling/change';
export const TRY_PATH = '/sampling/try';
export const APPLY_PATH = '/sampling/apply';

/** The two steps of a change: try and apply. The caller has checked the session and read the fields. */
export function addSamplingRoutes(router: Router, options: ChangeOptions): void {
  const { control, show } = options;
  router.post(TRY_PATH, async (ctx) => {
    const request = requestOf(ctx);
    const trial = await control.trySettings(request);
    await show(ctx, { ...askedOf(request), ...('problems' in trial ? trial : { trial }) });
  });
  router.post(APPLY_PATH, (ctx) => applyChange(ctx, '/sampling', options));
}
