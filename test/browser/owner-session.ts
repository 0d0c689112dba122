import type { BrowserContext } from 'playwright-core';
import type { AdminServer } from '../src/accounts/admin-server.ts';

/** Signs the owner of a server in, without the form. */
export async function giveSession(context: BrowserContext, server: AdminServer): Promise<void> {
  const { token } = server.accounts.sessions.create(server.accounts.owners.find()!.id, 'Chromium');
  await context.addCookies([{ name: 'glasshouse_session', value: token, url: server.origin }]);
}
