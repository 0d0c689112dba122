import { afterAll, describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { createServer, type AddressInfo } from 'node:net';
import { BlogProcess, makeDataDir, removeDataDir, runToEnd, START_ARGUMENTS } from './blog-process.ts';

const folders: string[] = [];
function dataDir(): string {
  const folder = makeDataDir();
  folders.push(folder);
  return folder;
}
afterAll(() => folders.forEach(removeDataDir));

describe('the start', () => {
  it('prints the address and, while there is no owner, a one-time link', async () => {
    const blog = await BlogProcess.start(dataDir());
    expect((await blog.ask('/health')).body.toString()).toBe('{"status":"ok"}');
    expect(blog.output).toMatch(/^Glasshouse is at http:\/\/127\.0\.0\.1:\d+$/m);
    expect(blog.output).toMatch(/http:\/\/127\.0\.0\.1:\d+\/admin\/setup\?token=\S{20,}/);
    expect(blog.output).toMatch(
      /^PUBLIC_URL is not set: cookies are Secure only for requests that a proxy in TRUSTED_PROXIES says/m,
    );
    expect(await blog.stop()).toBe(0);
  });

  it('prints the link under PUBLIC_URL, where the cookies will hold', async () => {
    const blog = await BlogProcess.start(dataDir(), { PUBLIC_URL: 'https://blog.example' });
    await blog.ask('/health');
    expect(blog.output).toMatch(/ https:\/\/blog\.example\/admin\/setup\?token=\S{20,}/);
    expect(blog.output).not.toContain('PUBLIC_URL is not set');
    await blog.stop();
  });

  it.each(['PUBLIC_URL', 'JAEGER_UI_URL'])('refuses a password in %s without printing it', async (name) => {
    const env = { DATA_DIR: dataDir(), [name]: 'https://me:ca/nary@blog.example/' };
    const { code, output } = await runToEnd(START_ARGUMENTS, env);
    expect(code).toBe(1);
    expect(output).toMatch(new RegExp(`${name}=\\(hidden\\)`));
    expect(output).toContain('without a user name, password');
    expect(output).not.toContain('nary');
  });

  it('says in one line that its port is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const { port } = other.address() as AddressInfo;
    const { code, output } = await runToEnd(START_ARGUMENTS, { PORT: String(port), DATA_DIR: dataDir() });
    other.close();
    expect([code, output.trim()]).toEqual([1, expect.stringContaining(`Port ${port} is taken`)]);
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

describe('the stop', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)(
    'on %s finishes requests, closes and exits with 0',
    async (signal) => {
      const blog = await BlogProcess.start(dataDir());
      await blog.ask('/');
      expect(await blog.stop(signal)).toBe(0);
    },
  );
});

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
