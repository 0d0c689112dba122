import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { BlogProcess } from '../integration/blog-process.ts';
import { becomeOwner } from '../integration/signed-in-owner.ts';
import { chromiumPath } from './chromium.ts';
import { seriousFaults } from './axe.ts';
import { ObservatoryBrowser } from './observatory-browser.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';

const executablePath = chromiumPath();
const run = executablePath === undefined ? describe.skip : describe;

run('the form that changes sampling, in a browser', () => {
  const browser = new ObservatoryBrowser(executablePath ?? '');
  const dataDir = temporaryFolder();
  let blog: BlogProcess;
  let page: Page;
  let complaints: string[];

  beforeAll(async () => {
    await browser.launch();
    blog = await BlogProcess.start(dataDir, { METRICS_RULES: 'route=/health: never' });
    const owner = await becomeOwner(blog);
    for (let i = 0; i < 30; i++) await blog.ask('/');
    ({ page, complaints } = await browser.open({ reducedMotion: 'reduce' }));
    const { hostname } = new URL(blog.address);
    const cookies = [...owner.cookies].map(([name, cookie]) => ({ name, ...cookie, domain: hostname }));
    await page.context().addCookies(cookies);
    owner.close();
  });
  afterAll(async () => {
    await browser.close();
    await blog.stop();
  });

  /** As it stands, in both themes and on a phone. */
  async function expectAccessible(): Promise<void> {
    expect(await seriousFaults(page)).toEqual([]);
    await page.setViewportSize({ width: 360, height: 740 });
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
    await page.setViewportSize({ width: 1280, height: 900 });
  }

  it('refuses, tries, applies and reverts, each step accessible', async () => {
    await page.goto(`${blog.address}/admin/metrics-dashboard/sampling`);
    await page.click('main a:text-is("Change")');
    await page.fill('#METRICS_SAMPLING_RATE', '2');
    await page.fill('#METRICS_RULES', 'route=/health: never\nroute=/x: sometimes');
    await page.click('button:text-is("Try")');
    await page.waitForSelector('[role=alert]');
    await expectAccessible();
    await page.click('[role=alert] a:has-text("Rules")');
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('METRICS_RULES');
    expect(await page.inputValue('#METRICS_RULES')).toBe('route=/health: never\nroute=/x: sometimes');

    await page.fill('#METRICS_SAMPLING_RATE', '0.5');
    await page.fill('#METRICS_RULES', 'route=/health: never\nroute=/feed.rss: always');
    await page.click('button:text-is("Try")');
    await page.waitForSelector('button:text-is("Apply")');
    expect(await page.textContent('.dry-run')).toContain('operations whose detail is still held');
    await expectAccessible();

    await page.click('button:text-is("Apply")');
    await page.waitForURL('**/sampling');
    expect(await page.textContent('main')).toContain('route=/feed.rss: always');
    await expectAccessible();

    await page.goto(`${blog.address}/admin/metrics-dashboard/sampling/change`);
    await expectAccessible();
    await page.check('[id="back.METRICS_SAMPLING_RATE"]');
    await page.click('button:text-is("Try")');
    await page.click('button:text-is("Apply")');
    await page.waitForURL('**/sampling');
    expect(await page.textContent('main')).toContain('reverted');
    expect(complaints.filter((text) => !text.includes('Failed to load resource'))).toEqual([]);
  });
});
