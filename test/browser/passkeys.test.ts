import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { AdminServer, PASSWORD } from '../src/accounts/admin-server.ts';
import { axeFaults } from './axe.ts';
import { chromiumPath } from './chromium.ts';
import { launchChromium } from './launch-chromium.ts';

const executablePath = chromiumPath();

// On a machine without a browser the rest of the suite still stands.
if (executablePath !== undefined) {
  let server: AdminServer;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let origin: string;

  beforeAll(async () => {
    server = await new AdminServer().start();
    await server.owner();
    // An address of numbers is no domain of a passkey.
    origin = server.origin.replace('127.0.0.1', 'localhost');
    browser = await launchChromium(executablePath);
  });
  afterAll(() => browser.close());

  beforeEach(async () => {
    server.database.exec('DELETE FROM passkeys');
    context = await browser.newContext();
    page = await context.newPage();
    const devtools = await context.newCDPSession(page);
    await devtools.send('WebAuthn.enable');
    await devtools.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        protocol: 'ctap2',
        transport: 'internal',
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
        automaticPresenceSimulation: true,
      },
    });
  });

  async function signInByPassword(): Promise<void> {
    await page.goto(`${origin}/admin/sign-in`);
    await page.fill('input[name=password]', PASSWORD);
    await page.click('form[action="/admin/sign-in"] button');
    await page.waitForURL((url) => !url.pathname.includes('sign-in'));
  }

  async function addPasskey(password = PASSWORD): Promise<void> {
    await page.goto(`${origin}/admin/settings/passkeys`);
    await page.fill('input[name=name]', 'This laptop');
    await page.fill('input[name=password]', password);
    await page.click('button:has-text("Add a passkey")');
  }

  describe('a passkey', () => {
    it('is added with the password, signs in once per challenge, and can be removed', async () => {
      await signInByPassword();
      await addPasskey();
      await page.getByText('The passkey was added.').waitFor();
      expect(await page.getByText('This laptop').count()).toBe(1);
      expect(await axeFaults(page)).toEqual([]);
      await context.clearCookies();
      await page.goto(`${origin}/admin/sign-in`);
      expect(await axeFaults(page)).toEqual([]);
      const sent = page.waitForRequest('**/admin/sign-in/passkey');
      await page.click('text=Sign in with a passkey');
      const form = (await sent).postData()!;
      await page.waitForURL((url) => !url.pathname.includes('sign-in'));
      expect(server.accounts.passkeys.list()).toMatchObject([{ usedAtMillis: server.nowMillis }]);

      // The same answer once more, from the same browser.
      const cookies = await context.cookies(origin);
      const again = await fetch(`${origin}/admin/sign-in/passkey`, {
        method: 'POST',
        body: form,
        redirect: 'manual',
        headers: {
          'content-type': 'application/x-www-form-urlencoded',
          cookie: cookies.map(({ name, value }) => `${name}=${value}`).join('; '),
          origin,
        },
      });
      expect(again.status).toBe(403);
      expect(await again.text()).toContain('its answer came too late');

      await page.goto(`${origin}/admin/settings/passkeys`);
      await page.getByLabel('Remove the passkey This laptop').click();
      await page.getByText('The passkey was removed.').waitFor();
      await context.clearCookies();
      await page.goto(`${origin}/admin/sign-in`);
      expect(await page.getByText('Sign in with a passkey').count()).toBe(0);
    });

    it('is not added with a wrong password', async () => {
      await signInByPassword();
      await addPasskey('not the password');
      await page.getByText('Wrong current password.').first().waitFor();
      expect(server.accounts.passkeys.list()).toEqual([]);
    });

    it('that was removed meanwhile, or answers too late, signs nobody in', async () => {
      await signInByPassword();
      await addPasskey();
      await page.getByText('The passkey was added.').waitFor();
      await context.clearCookies();
      await page.goto(`${origin}/admin/sign-in`);
      server.nowMillis += 11 * 60_000;
      await page.click('text=Sign in with a passkey');
      await page.getByText('its answer came too late').waitFor();
      server.database.exec('DELETE FROM passkeys');
      await page.click('text=Sign in with a passkey').catch(() => {});
      expect(new URL(page.url()).pathname).toContain('/admin/sign-in');
    });
  });
}
