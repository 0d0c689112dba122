import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { type PageFamily, readOpenMetrics } from '../fixtures/open-metrics.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';
import { findReceiver } from '../receivers/find-receiver.ts';
import { BlogProcess, TOKEN } from './blog-process.ts';

const promtool = findReceiver('promtool', '/metrics is only read by rules of this test.');
const withPromtool = promtool === undefined ? it.skip : it;

/** Answers of every kind: pages, feeds, searches, files, and what is missing. */
const VISITS = [
  '/',
  '/archive',
  '/feed.rss',
  '/feed.atom',
  '/feed.json',
  '/search?q=glass',
  '/nothing',
  '/health',
  '/admin',
];

describe('/metrics of a blog that was visited', () => {
  const dataDir = temporaryFolder();
  let blog: BlogProcess;
  let page: string;
  beforeAll(async () => {
    blog = await BlogProcess.start(dataDir);
    for (const path of [...VISITS, ...VISITS]) await blog.ask(path);
    const answer = await blog.ask('/metrics', { headers: { authorization: `Bearer ${TOKEN}` } });
    page = answer.body.toString();
  });
  afterAll(() => blog.stop());

  withPromtool('is in order for promtool', async () => {
    const check = spawn(promtool!, ['check', 'metrics'], { stdio: ['pipe', 'pipe', 'pipe'] });
    let said = '';
    for (const stream of [check.stdout, check.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => (said += text));
    check.stdin.end(page);
    const [code] = (await once(check, 'close')) as [number];
    expect([said, code]).toEqual(['', 0]);
  });

  it('counts a request in progress until its end', async () => {
    const active = async (): Promise<string | undefined> => {
      const answer = await blog.ask('/metrics', { headers: { authorization: `Bearer ${TOKEN}` } });
      return /^http_server_active_requests\{http_request_method="POST".*\} (\d+)$/m.exec(
        answer.body.toString(),
      )?.[1];
    };
    const { hostname, port } = new URL(blog.address);
    const socket = connect(Number(port), hostname);
    // A form whose body does not arrive.
    socket.write(
      'POST /admin/sign-in HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 9\r\n\r\n',
    );
    while ((await active()) !== '1');
    socket.destroy();
    while ((await active()) !== '0');
    expect(await active()).toBe('0');
  });

  it('has types and base units in its names, as promtool asks', () => {
    const types = [...page.matchAll(/^# TYPE (\S+) (\w+)$/gm)].map(([, name, type]) => ({
      name: name!,
      type: type!,
    }));
    const wrong = types.filter(
      ({ name, type }) =>
        name.endsWith('_total') !== (type === 'counter') ||
        /_(?:milliseconds|minutes|hours|kilobytes|percent)(?:_|$)|[A-Z]/.test(name) ||
        (type !== 'histogram' && /_(?:count|sum|bucket)$/.test(name)) ||
        !page.includes(`# HELP ${name} `),
    );
    expect(wrong).toEqual([]);
    expect(types.map(({ name, type }) => `${type} ${name}`)).toEqual(
      expect.arrayContaining([
        'counter glasshouse_feed_generation_time_seconds_total',
        'counter glasshouse_searches_total',
        'gauge glasshouse_cache_entries',
        'gauge process_memory_usage_bytes',
        'gauge process_unix_file_descriptor',
        'histogram http_server_request_duration_seconds',
      ]),
    );
  });
});

describe('/metrics after a restart on the same history', () => {
  it('counts from its own start, as another instance', async () => {
    const dataDir = temporaryFolder();
    const pages: ReadonlyMap<string, PageFamily>[] = [];
    for (const visits of [3, 1]) {
      const blog = await BlogProcess.start(dataDir);
      for (let i = 0; i < visits; i++) await blog.ask('/archive');
      const { body } = await blog.ask('/metrics', {
        headers: { authorization: `Bearer ${TOKEN}`, accept: 'application/openmetrics-text' },
      });
      pages.push(readOpenMetrics(body.toString()));
      await blog.stop();
    }
    const [before, after] = pages.map((page) => {
      const requests = page.get('http_server_request_duration_seconds')!.samples;
      const value = (suffix: string): number =>
        requests.find(({ name, labels }) => name.endsWith(suffix) && labels['http_route'] === '/archive')!
          .value;
      const [info] = page.get('target')!.samples;
      return {
        count: value('_count'),
        created: value('_created'),
        id: info!.labels['service_instance_id'],
        pid: info!.labels['process_pid'],
        start: page.get('process_start_time_seconds')!.samples[0]!.value,
      };
    });
    expect([before!.count, after!.count]).toEqual([3, 1]);
    expect(after!.created).toBeGreaterThan(before!.created);
    expect(after!.start).toBeGreaterThan(before!.created);
    expect(after!.created).toBeGreaterThanOrEqual(after!.start);
    expect(after!.id).not.toBe(before!.id);
    expect(after!.pid).not.toBe(before!.pid);
  });
});
