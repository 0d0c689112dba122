import { afterEach, describe, expect, it } from '@jest/globals';
import type { Server } from 'node:http';
import type { EvictionReason } from '../../../otel/query.ts';
import { serveObservatory } from '../../fixtures/observatory-server.ts';
import { FakeTelemetry } from './fake-telemetry.ts';

const NONE: Readonly<Record<EvictionReason, number>> = { count: 0, bytes: 0, age: 0 };

describe('what was kept and has made room since', () => {
  const servers: Server[] = [];
  afterEach(() => {
    for (const server of servers.splice(0)) {
      server.closeAllConnections();
      server.close();
    }
  });
  /** A page and its summary, over a buffer that reaches back as far as asked and holds one failure. */
  async function open(path: string, evicted: typeof NONE, ageMillis: number) {
    const telemetry = new FakeTelemetry({ now: Date.now });
    const buffer = telemetry.buffer();
    telemetry.buffer = () => ({ ...buffer, evicted, oldestMillis: Date.now() - ageMillis });
    const rows = telemetry.failures().rows.slice(0, 1);
    telemetry.failures = () => ({ rows, total: rows.length });
    const { server, origin } = await serveObservatory(telemetry);
    servers.push(server);
    const address = `${origin}/admin/metrics-dashboard${path}`;
    const page = (await (await fetch(address)).text()).replace(/\s+/g, ' ');
    const json = await fetch(address, { headers: { accept: 'application/json' } });
    const { summary } = (await json.json()) as { summary: string };
    return { page, summary };
  }

  it('is told on the page of sampling, beside what was never kept', async () => {
    const { page, summary } = await open('/sampling', { count: 1145, bytes: 3, age: 0 }, 60_000);
    expect(summary).toMatch(/1,148 older traces made room for newer ones\.$/);
    expect(page).toMatch(/chosen, then made room for newer<\/a ?><\/dt> <dd>1,148 /);
  });

  it('does not count as held where only the choice is told', async () => {
    const chosen = /detail chosen for [\d,]+ of [\d,]+/;
    for (const path of ['', '/route?name=GET%20%2Fsearch', '/routes', '/sampling']) {
      const { page } = await open(path, { count: 1145, bytes: 3, age: 0 }, 60_000);
      expect(page).not.toMatch(/detail kept|>kept</);
      expect(page).toMatch(path === '/routes' || path === '/sampling' ? />chosen</ : chosen);
    }
    const { summary } = await open('/traces', NONE, 60_000);
    expect(summary).toMatch(/^\d+ traces are held that began /);
  });

  it('is not told where nothing has', async () => {
    const { summary } = await open('/sampling', NONE, 60_000);
    expect(summary).not.toContain('made room');
  });

  it('shortens what the list of slow operations claims to cover', async () => {
    const cut = await open('/slow?from=-1h', { count: 1, bytes: 0, age: 0 }, 60_000);
    expect(cut.summary).toMatch(
      /(threshold|slow) since (\d+ \w+ )?\d\d:\d\d:\d\d\..*Older traces made room for newer ones\.$/,
    );
    const longer = await open('/slow?from=-1h', { count: 1, bytes: 0, age: 0 }, 7_200_000);
    expect(longer.summary).toMatch(/in the last hour\./);
    const whole = await open('/slow?from=-1h', NONE, 60_000);
    expect(whole.summary).toMatch(/in the last hour\./);
  });

  it('casts no doubt on a list that lost nothing: ordinary traces are not missing from what is always chosen', async () => {
    const rank = { traces: 0, bytes: 0, maxBytes: 1, expired: 0, dropped: 0, unsaved: 0 };
    const footOf = async (path: string, mustKeepUnsaved: number): Promise<string | undefined> => {
      const telemetry = new FakeTelemetry();
      telemetry.history = () => ({
        fileBytes: 1,
        traces: {
          mustKeep: { ...rank, oldestMillis: 0, newestMillis: 0, unsaved: mustKeepUnsaved },
          ordinary: { ...rank, oldestMillis: 0, newestMillis: 0, unsaved: 7990 },
        },
        waiting: 0,
        unsaved: 7990 + mustKeepUnsaved,
        unlisted: 0,
      });
      const { server, origin } = await serveObservatory(telemetry);
      servers.push(server);
      const page = await (await fetch(`${origin}/admin/metrics-dashboard${path}`)).text();
      return /Not in this list: [^<]*?\./.exec(page)?.[0];
    };
    expect(await footOf('/slow', 0)).toBeUndefined();
    expect(await footOf('/failures', 0)).toBeUndefined();
    expect(await footOf('/slow', 2)).toContain(' 2 traces left memory before they were written');
    expect(await footOf('/failures', 1)).toContain(' 1 trace left memory before it was written');
    expect(await footOf('/traces', 2)).toContain(' 7,992 traces left memory');
  });

  it('is counted where failures are: the rail says as many as the page and the overview', async () => {
    const { page, summary } = await open('/failures?from=-1h', NONE, 60_000);
    const [, counted] = /^([\d,]+) operations? failed/.exec(summary) ?? [];
    expect(counted).toBeDefined();
    expect(page).toMatch(new RegExp(`Failures(<[^>]*>| )+${counted}<`));
    expect(page).toContain(`1 of ${counted} still held`);
  });
});
