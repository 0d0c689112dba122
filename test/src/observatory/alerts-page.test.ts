import { beforeEach, describe, expect, it } from '@jest/globals';
import { AlertStore } from '../../../src/db/alert-store.ts';
import { Alerts } from '../../../src/observatory/alerts/alerts.ts';
import type { Attempt, Receiver } from '../../../src/observatory/alerts/receiver.ts';
import { parseAlertRules } from '../../../src/process/alert-rules.ts';
import { busyBlog } from '../../fixtures/busy-blog.ts';
import { serveObservatory } from '../../fixtures/observatory-server.ts';
import { htmlFaults, wordsOf } from '../../fixtures/page-text.ts';
import { temporaryBlog } from '../temporary-blog.ts';

const RULES = 'requests >= 1 over 1h; p95 > 1h over 1h from 1; 5xx > 5% over 1m; loop > 1s';
const SECRET = 'canary';

/** A page whose receiver answers as the test says. */
async function servePage({ receivers = true, rules = RULES } = {}) {
  const { telemetry } = busyBlog();
  let attempt: Attempt = { outcome: 'sent', result: 'answered 204' };
  const webhook: Receiver = {
    name: 'webhook',
    words: 'webhook at hooks.example',
    send: () => Promise.resolve(attempt),
  };
  let now = telemetry.now();
  const alerts = new Alerts({
    rules: parseAlertRules(rules),
    receivers: receivers ? [webhook] : [],
    telemetry,
    store: new AlertStore(temporaryBlog().database),
    now: () => now,
    monotonicMillis: () => now,
    origin: () => 'https://blog.example',
    onFault(error) {
      throw error;
    },
  });
  const { origin } = await serveObservatory(telemetry, { alerts, csrfToken: () => 'a-token' });
  const page = `${origin}/admin/metrics-dashboard/alerts`;
  return {
    alerts,
    pass: (millis: number) => (now += millis),
    answer: (next: Attempt) => (attempt = next),
    html: async () => (await fetch(page, { headers: { accept: 'text/html' } })).text(),
    json: async () =>
      (await (await fetch(`${page}?format=json`)).json()) as {
        summary: string;
        facts: { rules: { state: string }[] };
      },
    post: async (path: string, fields: Readonly<Record<string, string>>) =>
      fetch(`${page}${path}`, { method: 'POST', body: new URLSearchParams(fields), redirect: 'manual' }),
  };
}

describe('the page of alerts', () => {
  let page: Awaited<ReturnType<typeof servePage>>;
  beforeEach(async () => {
    page = await servePage();
  });

  it('shows every rule with its value, threshold and state, and what was sent', async () => {
    await page.alerts.tick();
    const { summary, facts } = await page.json();
    expect(facts.rules.map(({ state }) => state)).toEqual(['firing', 'fine', 'not judged', 'fine']);
    expect(summary).toMatch(
      /^1 alert is firing: The number of requests is \d+ in 1 hour\. 1 rule of 4 cannot judge now; the table says why\.$/,
    );
    const html = await page.html();
    expect(await htmlFaults(html)).toEqual([]);
    const text = wordsOf(html);
    expect(text).toContain('webhook at hooks.example');
    expect(text).toMatch(/too few requests: \d+, and it judges from 20/);
    expect(text).toMatch(/sent\s+answered 204/);
    expect(html).toContain('name="_csrf" value="a-token"');
  });

  it('says how to enable alerts while nobody is told, with the values nonetheless', async () => {
    const { html, json } = await servePage({ receivers: false });
    const text = wordsOf(await html());
    expect(text).toContain('How to enable it');
    expect(text).toContain('ALERT_WEBHOOK_URL=');
    expect(text).toMatch(/The number of requests is \d+ in 1 hour/);
    expect(await html()).not.toContain('<select name="hours"');
    const { summary, facts } = await json();
    expect(summary).toMatch(/^Nobody is alerted/);
    expect(facts.rules[0]?.state).toBe('over');
  });

  it('sends a test and shows its result, also a bad one', async () => {
    expect((await page.post('/test', {})).status).toBe(303);
    page.answer({ outcome: 'refused', result: `answered 404: <b>${SECRET}</b>` });
    await page.post('/test', {});
    const html = await page.html();
    expect(wordsOf(html)).toContain(`answered 404: &lt;b&gt;${SECRET}`);
    expect(html).not.toContain(`<b>${SECRET}`);
    expect((await page.json()).summary).toContain('1 message could not be delivered.');
  });

  it('silences a rule for a time and ends that', async () => {
    const rule = parseAlertRules(RULES)[0]!.text;
    expect((await page.post('/silence', { rule, hours: '8' })).status).toBe(303);
    expect(await page.html()).toContain('aria-label="End the silence of requests &gt;= 1 over 1h"');
    page.pass(8 * 3_600_000);
    expect(await page.html()).not.toContain('End the silence');
    await page.post('/silence', { rule, hours: '24' });
    await page.post('/silence', { rule, hours: '' });
    expect(await page.html()).not.toContain('End the silence');
  });

  it.each([
    [{ rule: 'loop > 1s over 5m', hours: '9999' }, 400],
    [{ rule: 'another', hours: '1' }, 404],
  ])('refuses the silence %o', async (fields, status) => {
    expect((await page.post('/silence', fields)).status).toBe(status);
  });
});
