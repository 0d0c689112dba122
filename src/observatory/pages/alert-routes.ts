import type { Router, RouterContext } from '@koa/router';
import { seeOther } from '../../http/see-other.ts';
import type { Alerts } from '../alerts/alerts.ts';
import { formFields } from '../../http/form-body.ts';

export const ALERT_TEST_PATH = '/alerts/test';
export const ALERT_SILENCE_PATH = '/alerts/silence';
/** Lengths of a silence; the empty value ends it. */
export const SILENCES: readonly (readonly [hours: string, words: string])[] = [
  ['1', '1 hour'],
  ['8', '8 hours'],
  ['24', 'a day'],
  ['168', 'a week'],
];

const HOUR_MILLIS = 3_600_000;

/** The test, and silences. The caller has checked that the owner asks. */
export function addAlertRoutes(
  router: Router,
  { base, alerts }: { readonly base: string; readonly alerts: Pick<Alerts, 'test' | 'silence'> },
): void {
  const back = (ctx: RouterContext): void => seeOther(ctx, `${base}/alerts`);

  router.post(ALERT_TEST_PATH, async (ctx) => {
    await alerts.test();
    back(ctx);
  });

  router.post(ALERT_SILENCE_PATH, (ctx) => {
    const { rule = '', hours = '' } = formFields(ctx);
    if (hours !== '' && !SILENCES.some(([known]) => known === hours))
      ctx.throw(400, 'a silence lasts 1, 8, 24 or 168 hours', { expose: true });
    if (!alerts.silence(rule, hours === '' ? undefined : Number(hours) * HOUR_MILLIS))
      ctx.throw(404, 'there is no such rule: the settings may have changed', { expose: true });
    back(ctx);
  });
}
