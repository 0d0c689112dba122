import type { Router } from '@koa/router';
import { LIMITS_PATH } from '../draw/checks-panel.ts';
import { applyChange, type ChangeOptions } from './settings-request.ts';

/** Changes limits and objectives. The caller has checked the session and read the fields. */
export function addLimitRoutes(router: Router, options: ChangeOptions): void {
  router.post(LIMITS_PATH, (ctx) => applyChange(ctx, LIMITS_PATH, options));
}
