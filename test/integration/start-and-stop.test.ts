import { describe, expect, it } from '@jest/globals';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';
import type { MetricsDocument } from '../../src/observatory/facts/metrics-document.ts';
import {
  BlogProcess,
  childEnvironment,
  ROOT,
  runToEnd,
  START_ARGUMENTS,
  TOKEN,
  WATCHED,
} from './blog-process.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';

describe('the start', () => {
  it('prints the address and, while there is no owner, a one-time link', async () => {
    const blog = await BlogProcess.launch(temporaryFolder());
    expect((await blog.ask('/health')).body.toString()).toBe('{"status":"ok"}');
    expect(blog.output).toMatch(/^Glasshouse is at http:\/\/127\.0\.0\.1:\d+$/m);
    expect(blog.output).toMatch(/http:\/\/127\.0\.0\.1:\d+\/admin\/setup\?token=\S{20,}/);
    expect(blog.output).toMatch(
      /^PUBLIC_URL is not set: cookies are Secure only for requests that a proxy in TRUSTED_PROXIES reports/m,
    );
    expect(await blog.stop()).toBe(0);
  });

  it('prints the link under PUBLIC_URL, where the cookies will hold', async () => {
    const blog = await BlogProcess.start(temporaryFolder(), { PUBLIC_URL: 'https://blog.example' });
    await blog.ask('/health');
    expect(blog.output).toMatch(/ https:\/\/blog\.example\/admin\/setup\?token=\S{20,}/);
    expect(blog.output).not.toContain('PUBLIC_URL is not set');
    // As on a terminal.
    expect(await blog.stop('SIGINT')).toBe(0);
  });

  // One is a setting of the blog, the other of the kit.
  it.each(['PUBLIC_URL', 'JAEGER_UI_URL'])('refuses a password in %s without printing it', async (name) => {
    const env = { DATA_DIR: temporaryFolder(), [name]: 'https://me:ca/nary@blog.example/' };
    const { code, output } = await runToEnd(START_ARGUMENTS, env);
    expect(code).toBe(1);
    expect(output).toMatch(new RegExp(`${name}=\\(hidden\\)`));
    expect(output).toContain('without a user name, password');
    expect(output).not.toContain('nary');
  });

  it('says in one line that its port is in use', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const { port } = other.address() as AddressInfo;
    const { code, output } = await runToEnd(START_ARGUMENTS, {
      PORT: String(port),
      DATA_DIR: temporaryFolder(),
    });
    other.close();
    expect([code, output.trim()]).toEqual([1, expect.stringContaining(`Port ${port} is in use`)]);
    expect(output.trim().split('\n')).toHaveLength(1);
  });

  it('refuses an old Node in one line, before anything native is loaded', async () => {
    // The check is plain old JavaScript, so it is run here with a version that lies, and below with an old Node where there is one.
    const lie = `Object.defineProperty(process.versions, 'node', { value: '20.20.2' }); require('./src/require-node.cjs');`;
    const { code, output } = await runToEnd(['-e', lie], {});
    expect([code, output]).toEqual([
      1,
      expect.stringMatching(/^Glasshouse needs Node 22\.18 or newer; this is 20\.20\.2\..*\n$/),
    ]);
  });

  it('names both versions on the Node of the machine, or starts on it', async () => {
    const system = systemNode();
    const { code, output } = await runToEnd(
      ['-r', './src/require-node.cjs', '-e', 'process.stdout.write("fine")'],
      {},
      system.path,
    );
    if (system.isOld)
      expect([code, output]).toEqual([1, expect.stringContaining(`this is ${system.version}`)]);
    else expect([code, output]).toEqual([0, 'fine']);
  });
});

describe('what was compiled', () => {
  const where = `process.stdout.write(String(require('module').getCompileCacheDir()))`;
  const start = (env: Readonly<Record<string, string>>): ReturnType<typeof runToEnd> =>
    runToEnd(['-r', './src/require-node.cjs', '-e', where], env);

  it('is kept beside the packages for the next start', async () => {
    const { code, output } = await start({ NODE_COMPILE_CACHE: '' });
    expect([code, output]).toEqual([0, expect.stringMatching(/node_modules\/\.cache\/compiled\/v\d\S+$/)]);
  });

  it('is nowhere if the owner says so', async () => {
    expect(await start({ NODE_COMPILE_CACHE: '', NODE_DISABLE_COMPILE_CACHE: '1' })).toEqual({
      code: 0,
      output: 'undefined',
    });
  });
});

describe('the stop', () => {
  it('waits for no idle connection and no live stream', async () => {
    const blog = await BlogProcess.start(temporaryFolder(), { LOG_LEVEL: 'warn', ...WATCHED });
    await blog.ask('/health');
    const cookie = await signInByLink(blog);
    const stream = await fetch(`${blog.address}/admin/metrics-dashboard/live?page=`, { headers: { cookie } });
    const reader = stream.body!.getReader();
    await reader.read();
    await blog.ask('/');
    expect(await blog.stop()).toBe(0);
    let isDone = false;
    while (!isDone) isDone = (await reader.read()).done;
    expect(blog.output).not.toContain('stop.cut');
  });

  it('closes requests that take too long, and counts them before telemetry stops', async () => {
    const folder = temporaryFolder();
    const blog = await BlogProcess.start(folder, { LOG_LEVEL: 'warn' });
    const clients = await Promise.all(
      Array.from({ length: 3 }, async () => {
        const client = connect(Number(new URL(blog.address).port), '127.0.0.1');
        client
          .on('error', () => {})
          .write('POST /admin/sign-in HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n');
        client.write('Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 9\r\n\r\nabc');
        await once(client, 'data');
        return { closed: once(client, 'close') };
      }),
    );
    expect(await blog.stop()).toBe(0);
    await Promise.all(clients.map(({ closed }) => closed));
    expect(blog.output).toContain('stop.cut');
    expect(blog.output).not.toContain('request failed');
    const next = await BlogProcess.start(folder);
    const { operations } = await next.metrics<MetricsDocument>('/admin/metrics?from=-1h');
    expect(operations.http).toMatchObject({ count: 3, errors: 0, client_errors: 0, aborted: 3 });
    expect(await next.stop()).toBe(0);
  });

  it.each(['SIGTERM', 'SIGKILL'] as const)('comes when %s reaches npm alone', async (signal) => {
    const npm = spawn('npm', ['start'], {
      cwd: ROOT,
      env: childEnvironment({
        PORT: '0',
        DATA_DIR: temporaryFolder(),
        METRICS_TOKEN: TOKEN,
        LOG_LEVEL: 'debug',
      }),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    npm.stdout.setEncoding('utf8');
    npm.stderr.setEncoding('utf8').on('data', (text: string) => (output += text));
    // The pipes are closed when nobody has them any more: not before the blog has ended.
    const ended = Promise.all([once(npm.stdout, 'close'), once(npm.stderr, 'close')]);
    const address = await new Promise<string>((resolve) => {
      npm.stdout.on('data', (text: string) => {
        output += text;
        const found = /Glasshouse is at (http:\S+)/.exec(output);
        if (found !== null) resolve(found[1]!);
      });
    });
    npm.kill(signal);
    await ended;
    await expect(fetch(`${address}/health`)).rejects.toThrow('fetch failed');
    expect(output).toContain('"msg":"stopping"');
  });
});

/** Answers the cookies of the owner that the set-up link makes. */
async function signInByLink(blog: BlogProcess): Promise<string> {
  const link = /http:\S+\/admin\/setup\?token=\S+/.exec(blog.output)![0];
  const page = await fetch(link);
  const cookieOf = (answer: Response): string =>
    answer.headers
      .getSetCookie()
      .map((line) => line.split(';')[0])
      .join('; ');
  const csrf = /name="_csrf" value="([^"]+)"/.exec(await page.text())![1]!;
  const password = 'amber lantern quietly grows';
  const token = new URL(link).searchParams.get('token')!;
  const done = await fetch(`${blog.address}/admin/setup`, {
    method: 'POST',
    redirect: 'manual',
    headers: { cookie: cookieOf(page) },
    body: new URLSearchParams({ _csrf: csrf, token, password, repeated: password }),
  });
  return cookieOf(done);
}

/** The first `node` on the machine that is not the project's own; the project's own where there is no other. */
function systemNode(): { path: string; version: string; isOld: boolean } {
  const folders = (process.env['PATH'] ?? '').split(':').filter((folder) => !folder.includes('node_modules'));
  for (const folder of folders) {
    const path = `${folder}/node`;
    try {
      const version = execFileSync(path, ['--version'], { encoding: 'utf8' }).trim().slice(1);
      const [major, minor] = version.split('.').map(Number) as [number, number];
      return { path, version, isOld: major < 22 || (major === 22 && minor < 18) };
    } catch {
      continue;
    }
  }
  return { path: process.execPath, version: process.versions.node, isOld: false };
}
