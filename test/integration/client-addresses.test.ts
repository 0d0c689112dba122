import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';
import { BlogProcess, TOKEN } from './blog-process.ts';
import { becomeOwner } from './signed-in-owner.ts';

const CLIENT = '203.0.113.9';
/** Loopback is a trusted proxy by default. */
const FORWARDED = { 'x-forwarded-for': CLIENT };

interface Seen {
  /** What was exported, each signal as text. */
  readonly exported: Readonly<Record<'traces' | 'metrics' | 'logs', string>>;
  /** The trace as its page has it. */
  readonly page: string;
  /** Lists of what was not found, as their page has them. */
  readonly lists: string;
  readonly openMetrics: string;
}

/** Visits a blog from an address, also with a wrong token, which it logs; returns what it exported and what it shows. */
async function visited(env: Readonly<Record<string, string>>): Promise<Seen> {
  const folder = temporaryFolder();
  const blog = await BlogProcess.start(temporaryFolder(), { METRICS_OTLP_FOLDER: folder, ...env });
  const owner = await becomeOwner(blog);
  await blog.ask('/archive', { headers: FORWARDED });
  await blog.ask('/nothing-here', { headers: FORWARDED });
  await blog.ask('/metrics', { headers: { ...FORWARDED, authorization: 'Bearer wrong-but-long-enough' } });
  const read = async (path: string): Promise<string> =>
    (
      await owner.send(`${blog.address}/admin/metrics-dashboard${path}`, {
        headers: { accept: 'application/json' },
      })
    ).text;
  const [, traceId] = /"trace_?id":\s*"([0-9a-f]{32})"/i.exec(await read('/traces?q=%2Farchive'))!;
  const page = await read(`/traces/${traceId}`);
  const lists = await read('/not-found');
  const metrics = await blog.ask('/metrics', { headers: { authorization: `Bearer ${TOKEN}` } });
  owner.close();
  await blog.stop();
  const signal = (name: string): string => readFileSync(join(folder, `${name}.jsonl`), 'utf8');
  return {
    exported: { traces: signal('traces'), metrics: signal('metrics'), logs: signal('logs') },
    page,
    lists,
    openMetrics: metrics.body.toString(),
  };
}

const ADDRESS = /203\.0\.113\.9|127\.0\.0\.1"|client\.address|network\.peer|net\.peer|http\.client_ip/;

describe('the address of a client', () => {
  it.each(['own', 'stock'])('is shown here and never exported by default (spans: %s)', async (spans) => {
    const { exported, page, lists, openMetrics } = await visited({ METRICS_SPANS: spans });
    for (const shown of [page, lists]) expect(shown).toContain(CLIENT);
    expect(exported.traces).toContain('/archive');
    expect(exported.logs).toContain('wrong bearer token');
    const { traces, metrics, logs } = exported;
    // The Host of these requests is the blog's own address.
    const without = traces.replaceAll('"key":"server.address","value":{"stringValue":"127.0.0.1"}', '');
    expect([without, metrics, logs, openMetrics].map((text) => ADDRESS.exec(text)?.[0])).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('is exported if METRICS_CLIENT_ADDRESS is true, in spans and log records', async () => {
    const { exported } = await visited({ METRICS_CLIENT_ADDRESS: 'true' });
    const attribute = `{"key":"client.address","value":{"stringValue":"${CLIENT}"}}`;
    expect(exported.traces).toContain(attribute);
    expect(exported.logs).toContain(attribute);
    expect(ADDRESS.exec(exported.metrics)).toBeNull();
  });

  it.each(['own', 'stock'])('is nowhere if it is false (spans: %s)', async (spans) => {
    const { exported, page, lists } = await visited({
      METRICS_CLIENT_ADDRESS: 'false',
      METRICS_SPANS: spans,
    });
    expect(lists).toContain('/nothing-here');
    expect(`${Object.values(exported).join('\n')}${page}${lists}`).not.toContain(CLIENT);
  });
});
