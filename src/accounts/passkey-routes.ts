import type { Router } from '@koa/router';
import type { Context } from 'koa';
import type { Origin } from '../http/absolute-url.ts';
import { formFields } from '../http/form-body.ts';
import { seeOther } from '../http/see-other.ts';
import { sessionOf } from './load-session.ts';
import { nextPath } from './next-path.ts';
import { welcome } from './route-answers.ts';
import type { SetupRouteDependencies } from './setup-routes.ts';

export const PASSKEY_PATH = '/admin/sign-in/passkey';

/** Signs the owner in with a passkey. Nobody can guess one, so nothing is throttled. */
export function addPasskeyRoutes(
  router: Router,
  deps: SetupRouteDependencies & {
    readonly origin: Origin;
    /** Shows the sign-in page with the problem. */
    readonly refuse: (ctx: Context, next: string, problem: string) => void;
  },
): void {
  const { accounts, cookies, forms, origin, refuse, whenUnlocked, log } = deps;

  router.post(PASSKEY_PATH, forms.visitor, async (ctx) => {
    const { answer = '', next: asked } = formFields(ctx);
    const next = nextPath(asked);
    const visit = { origin: origin(ctx), visitor: cookies.ensureFormSecret(ctx) };
    const checked = await accounts.passkeys.check(answer, visit);
    const before = sessionOf(ctx)?.id;
    const signedIn =
      checked &&
      (await whenUnlocked(() => accounts.access.signInWithPasskey(checked, ctx.get('User-Agent'), before)));
    if (signedIn === undefined) {
      log.warn({ event: 'sign-in.failed', address: ctx.ip, by: 'passkey' }, 'sign-in failed');
      return refuse(
        ctx,
        next,
        'This passkey is not one of this blog, or its answer came too late. Try again.',
      );
    }
    log.info({ event: 'sign-in', address: ctx.ip, by: 'passkey' }, 'the owner signed in');
    welcome(ctx, cookies, signedIn);
    seeOther(ctx, next);
  });
}
