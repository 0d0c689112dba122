import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { SamplingFacts } from '../../otel/query.ts';
import { BlogProcess, runToEnd, START_ARGUMENTS } from './blog-process.ts';
import { pageDocument } from './page-document.ts';
import { becomeOwner } from './signed-in-owner.ts';
import type { Visitor } from './visitor.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';

const BASE = '/admin/metrics-dashboard';
const RULES = [
  'user_agent~bot: 0',
  'route=/tags*: always',
  'route=/health: never',
  'status=404 route="unknown paths": target 1',
];

describe.each(['own', 'stock'])('rules of a real blog (%s)', (spans) => {
  const dataDir = temporaryFolder();
  const env = { METRICS_SPANS: spans, METRICS_SAMPLING_RATE: '0', METRICS_RULES: RULES.join('\n') };
  let blog: BlogProcess;
  let owner: Visitor;
  beforeAll(async () => {
    blog = await BlogProcess.start(dataDir, env);
    owner = await becomeOwner(blog);
  });
  afterAll(async () => {
    owner.close();
    await blog.stop();
  });
  const named = async (): Promise<Record<string, readonly number[]>> => {
    const address = `${blog.address}${BASE}/sampling`;
    const { sampling } = (await pageDocument<{ sampling: SamplingFacts }>(owner, address)).facts;
    return Object.fromEntries(sampling.named.map(({ name, seen, kept }) => [name, [seen, kept]]));
  };
  const tracePage = async (id: string): Promise<string> =>
    (await owner.send(`${blog.address}${BASE}/traces/${id}`)).text;

  it('decide what is kept, are counted, and are named by the trace, also after a restart', async () => {
    const ids: string[] = [];
    for (let i = 0; i < 5; i++) {
      await blog.ask('/health');
      await blog.ask('/tags', { headers: { 'user-agent': 'ExampleBot/1.0' } });
      const { headers } = await blog.ask('/tags', { headers: { 'user-agent': 'Mozilla/5.0' } });
      ids.push(headers['x-request-id'] as string);
    }
    for (let i = 0; i < 200; i++) await blog.ask('/no/such/page');
    const counts = await named();
    expect(Object.keys(counts).slice(0, RULES.length)).toEqual(RULES);
    const [bots, tags, health, unknown] = RULES.map((rule) => counts[rule]!);
    expect([bots![1], health![1]]).toEqual([0, 0]);
    // With the one that asked for the link to set the blog up.
    expect(health![0]).toBeGreaterThanOrEqual(5);
    expect(bots![0]).toBeGreaterThanOrEqual(5);
    expect(tags![0]).toBe(tags![1]);
    expect(tags![0]).toBeGreaterThanOrEqual(10);
    expect(unknown![1]! / unknown![0]!).toBeLessThan(0.5);
    expect(unknown![1]).toBeGreaterThan(0);
    for (const id of ids)
      expect(await tracePage(id)).toContain('A sampling rule keeps it: route=/tags*: always.');

    await blog.stop();
    blog = await BlogProcess.start(dataDir, { ...env, METRICS_RULES: 'none' });
    for (const id of ids)
      expect(await tracePage(id)).toContain('A sampling rule keeps it: route=/tags*: always.');
  });
});

describe('rules of a blog', () => {
  it('that are invalid stop the start, with all of them in one message', async () => {
    const { code, output } = await runToEnd(START_ARGUMENTS, {
      PORT: '0',
      DATA_DIR: temporaryFolder(),
      METRICS_RULES: 'rout=/a: 1; type=http: 0.5; type=http status=200: always; status=2000: 1',
      METRICS_TARGET: 'five',
    });
    expect(code).not.toBe(0);
    for (const words of [
      'METRICS_RULES=',
      'rule 1 (rout=/a: 1): unknown condition "rout"; did you mean route?',
      'rule 3 (type=http status=200: always) can never match: rule 2 comes first',
      'rule 4 (status=2000: 1): a status is a code such as 404',
      'METRICS_TARGET="five"',
    ])
      expect(output).toContain(words);
  });
});
