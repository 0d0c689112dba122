import type { Router } from '@koa/router';
import { AccountCookies } from '../accounts/account-cookies.ts';
import { createSecretToken, secretsEqual } from '../process/secret-token.ts';
import type { BlogParts } from '../start/app.ts';
import { OBSERVATORY_PATH } from '../process/own-addresses.ts';
import { createRouter } from '../http/router.ts';

export interface DemoOwner {
  readonly router: Router;
  /** Path and query of the sign-in link, valid while the demo runs. */
  readonly signInPath: string;
}

/** Creates an owner with an unknown password, and a secret link that signs in. */
export function createDemoOwner({ accounts, config }: Pick<BlogParts, 'accounts' | 'config'>): DemoOwner {
  const secret = createSecretToken();
  const cookies = new AccountCookies(config);
  const router = createRouter();
  router.get('/demo/sign-in', async (ctx) => {
    const given = ctx.query['token'];
    if (typeof given !== 'string' || !secretsEqual(given, secret))
      return ctx.throw(404, 'This link is not valid for this demo.');
    cookies.setSession(ctx, await signIn(accounts, ctx.get('User-Agent')));
    ctx.set('Cache-Control', 'no-store');
    ctx.redirect(OBSERVATORY_PATH);
  });
  return { router, signInPath: `/demo/sign-in?token=${secret}` };
}

/** Creates a session and returns its token; the first call creates the owner. */
async function signIn(accounts: BlogParts['accounts'], userAgent: string): Promise<string> {
  const link = accounts.setupLinks.create();
  const setup = new URLSearchParams(link?.path.split('?')[1]).get('token');
  if (setup !== null) {
    const made = accounts.access.setUp(setup, await accounts.hashPassword(createSecretToken()), userAgent);
    if (made !== undefined) return made.token;
  }
  const owner = accounts.owners.find();
  if (owner === undefined) throw new Error('the demo failed to create its owner');
  return accounts.sessions.create(owner.id, userAgent).token;
}
