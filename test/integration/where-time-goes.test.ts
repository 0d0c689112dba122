import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { wordsOf } from '../fixtures/page-text.ts';
import { until } from '../fixtures/until.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';
import { BlogProcess, ROOT, START_ARGUMENTS, WATCHED } from './blog-process.ts';
import { pageDocument } from './page-document.ts';
import { becomeOwner } from './signed-in-owner.ts';
import type { Visitor } from './visitor.ts';

const PLANTED = 'test/integration/planted-stalls.ts';
const ARGUMENTS = [...START_ARGUMENTS.slice(0, 3), '--import', `./${PLANTED}`, ...START_ARGUMENTS.slice(3)];
const BASE = '/admin/metrics-dashboard';
const MILLIS = 400;

interface RoutePage {
  readonly row?: { readonly count: number; readonly total_millis: number };
  readonly own: { readonly stalls: number };
  readonly time: {
    readonly parts: readonly {
      readonly kind: string;
      readonly series: string;
      readonly count: number;
      readonly millis: number;
      readonly share: number;
    }[];
  };
}

describe('the page of a route whose time is planted', () => {
  let blog: BlogProcess;
  let owner: Visitor;
  beforeAll(async () => {
    blog = await BlogProcess.start(temporaryFolder(), { LOG_LEVEL: 'warn', ...WATCHED }, ARGUMENTS);
    owner = await becomeOwner(blog);
    await until(
      () => pageDocument<{ readonly watch: { readonly is: string } }>(owner, `${blog.address}${BASE}/stalls`),
      ({ facts }) => facts.watch.is === 'watching',
    );
    for (const way of ['parse', 'statement']) await blog.ask(`/planted/${way}/prepare?millis=${MILLIS}`);
  });
  afterAll(() => blog.stop());

  const page = (path: string, query = '') =>
    pageDocument<RoutePage>(
      owner,
      `${blog.address}${BASE}/route?name=${encodeURIComponent(`GET ${path}`)}${query}`,
    );

  /** What the page says once it has so many requests, and what is recorded a moment later; its parts add up to the time of a request. */
  async function said(path: string, requests: number, isKnown: (facts: RoutePage) => boolean = () => true) {
    const { summary, facts } = await until(
      () => page(path),
      ({ facts: found }) => found.row?.count === requests && isKnown(found),
    );
    const { parts } = facts.time;
    const sumOf = (of: 'millis' | 'share'): number => parts.reduce((sum, part) => sum + part[of], 0);
    // Every trace is kept.
    const mean = facts.row!.total_millis / facts.row!.count;
    expect(Math.abs(sumOf('millis') / mean - 1)).toBeLessThan(0.001);
    expect(sumOf('share')).toBeCloseTo(1);
    expect(parts.every(({ millis }) => millis >= 0)).toBe(true);
    return { summary, facts, parts, top: parts[0]! };
  }

  it('in one statement names the statement', async () => {
    for (let run = 0; run < 2; run++) await blog.ask(`/planted/statement?millis=${MILLIS}`);
    const { summary, top } = await said('/planted/statement', 2);
    expect(top).toMatchObject({ kind: 'statement', count: 1 });
    expect(top.series).toMatch(/^WITH RECURSIVE planted/);
    expect(summary).toMatch(/ Its slowest part is .*planted.*: .* of the .* of a request\.$/);
  });

  it('in a loop names the function that held the event loop, and its line', async () => {
    for (let run = 0; run < 2; run++) await blog.ask(`/planted/parse?millis=${MILLIS}`);
    const { summary, top } = await said('/planted/parse', 2, ({ own }) => own.stalls >= 2);
    const lines = readFileSync(join(ROOT, PLANTED), 'utf8').split('\n');
    const line = lines.findIndex((each) => each.includes('function parseHuge(')) + 1;
    expect(top.kind).toBe('own');
    expect(summary).toContain(
      ` are its own work, most of it in parseHuge ${PLANTED}:${line}, which held the event loop 2 times, for `,
    );
    expect(summary).toContain(' /planted/parse has no recorded statement; ');
    const { text } = await owner.send(`${blog.address}${BASE}/route?name=GET%20%2Fplanted%2Fparse`);
    expect(wordsOf(text)).toContain(` work, most of it in parseHuge ${PLANTED}:${line} `);
  });

  it('in a timer calls it waiting, as the event loop slept', async () => {
    for (let run = 0; run < 2; run++) await blog.ask(`/planted/timer?millis=${MILLIS}`);
    const { summary, top, facts } = await said('/planted/timer', 2);
    expect([top.kind, facts.own.stalls]).toEqual(['asleep', 0]);
    expect(summary).toMatch(
      // On a busy machine, the loop runs for telemetry and others meanwhile.
      / are waiting for what is not recorded \(a timer, a file, a process\): the event loop slept(?:; in .* more it ran, for this request or for others, so that it waits .* to .* of the .*)?\.$/,
    );
  });

  it('in waiting for a thread names the thread', async () => {
    // The first search starts it.
    await blog.ask('/search?q=glasshouse');
    const { summary, parts, top } = await said('/search', 1);
    // Which of both takes longer is the machine's.
    const WAIT = 'threads: wait for the search thread';
    expect(['span', 'thread']).toContain(top.kind);
    expect(parts.find(({ series }) => series === WAIT)).toMatchObject({ kind: 'span', count: 1 });
    expect(summary).toMatch(/ of a request; .* in (?:the span wait for the search thread|another thread,)/);
    const inThread = parts.filter(({ kind }) => kind === 'thread');
    expect(inThread.map(({ series }) => series)).toContain('threads: search thread');
    expect(inThread.some(({ series }) => series.startsWith('SELECT'))).toBe(true);
  });

  it('in waiting for another request names what held the event loop', async () => {
    const held = blog.ask('/planted/hold');
    await until(
      () => blog.ask('/planted/count'),
      ({ body }) => body.toString() === '1',
    );
    await blog.ask(`/planted/render?millis=${5 * MILLIS}`);
    await until(
      () => page('/planted/render'),
      ({ facts: { row } }) => row?.count === 1,
    );
    await blog.ask('/planted/release');
    await held;
    const { summary, top } = await said('/planted/hold', 1, ({ time }) =>
      time.parts.some(({ kind }) => kind === 'waiting'),
    );
    expect(top.kind).toBe('waiting');
    expect(summary).toMatch(
      / are waiting for the event loop, held most of all by spin .*planted-stalls\.ts:\d+ in planted of \/planted\/render\./,
    );
  });
});
