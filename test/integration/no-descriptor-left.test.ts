import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { MetricsDocument } from '../../src/observatory/facts/metrics-document.ts';
import { becomeOwner } from './signed-in-owner.ts';
import type { Visitor } from './visitor.ts';
import { BlogProcess, START_ARGUMENTS, TOKEN } from './blog-process.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';

const LIMIT = 90;
const AUTHORIZATION = { authorization: `Bearer ${TOKEN}` };

/** Linux alone says how many there are. */
const onLinux = process.platform === 'linux' ? describe : describe.skip;

onLinux('a blog without a file descriptor left', () => {
  const dataDir = temporaryFolder();
  const sockets: Socket[] = [];
  let blog: BlogProcess;
  let owner: Visitor;

  beforeAll(async () => {
    blog = await BlogProcess.launch(dataDir, {}, START_ARGUMENTS, {
      executable: 'sh',
      before: ['-c', `ulimit -n ${LIMIT}; exec "$0" "$@"`, process.execPath],
    });
    await blog.metrics();
    owner = await becomeOwner(blog);
    // The server closes connections that are idle for seconds, and there are no new ones.
    const stayConnected = () => Promise.all([blog.metrics(), owner.send(`${blog.address}/health`)]);
    const { hostname, port } = new URL(blog.address);
    const fill = async (): Promise<void> => {
      const socket = connect(Number(port), hostname).on('error', () => {});
      sockets.push(socket);
      await Promise.race([once(socket, 'connect'), once(socket, 'close')]);
    };
    for (let i = 0; i < LIMIT; i++) {
      await fill();
      if (i % 10 === 0) await stayConnected();
    }
    // A client is connected before the blog has taken its connection, and a slow machine takes so long for all that the first are closed again.
    let facts: MetricsDocument['process'] | undefined;
    while (facts?.rss_bytes !== null) {
      await fill();
      ({ process: facts } = await blog.metrics<MetricsDocument>());
    }
  });
  afterAll(async () => {
    for (const socket of sockets) socket.destroy();
    owner.close();
    await blog.stop();
  });

  it('answers, and says that readers may be refused', async () => {
    const { summary, process: facts } = await blog.metrics<MetricsDocument & { summary: string }>();
    expect(summary).toMatch(
      /^File descriptors ran out\. .* \d+ of 90 were open at .*; refused connections are not counted\./,
    );
    expect(facts).toMatchObject({ rss_bytes: null, open_files_limit: LIMIT });
    expect(facts.heap_used_bytes).toBeGreaterThan(1e6);
  });

  it('reports on /admin/health what cannot be read', async () => {
    const { status, text } = await owner.send(`${blog.address}/admin/health`);
    expect(status).toBe(200);
    expect(JSON.parse(text)).toMatchObject({
      status: 'ok',
      process: {
        rss_bytes: null,
        open_files_limit: LIMIT,
        problem: expect.stringMatching(/EMFILE|too many/i),
      },
    });
  });

  it.each(['', '/process', '/content', '/buffer'])('draws the page %p of the observatory', async (path) => {
    const { status, text } = await owner.send(`${blog.address}/admin/metrics-dashboard${path}`);
    expect(status).toBe(200);
    expect(text).not.toContain('NaN');
    if (path === '/process') expect(text).toMatch(/its memory use cannot be read \(.*(?:EMFILE|too many)/i);
  });

  it('answers Prometheus', async () => {
    const { status, body } = await blog.ask('/metrics', { headers: AUTHORIZATION });
    expect(status).toBe(200);
    expect(body.toString()).toMatch(/^process_cpu_time_seconds_total/m);
    // What cannot be read has no value.
    expect(body.toString()).not.toMatch(/^process_memory_usage/m);
  });

  it('recovers when they are free, and still reports the shortage', async () => {
    for (const socket of sockets) socket.destroy();
    let facts: MetricsDocument['process'] | undefined;
    while (!(Number(facts?.rss_bytes) > 0)) ({ process: facts } = await blog.metrics<MetricsDocument>());
    const { summary } = await blog.metrics<{ summary: string }>();
    expect(summary).toContain('File descriptors ran out');
  });
});
