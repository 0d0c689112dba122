import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { TelemetryQuery } from '../../otel/query.ts';

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));
const README = readFileSync(path('../../otel/README.md'), 'utf8');
/** The example itself, to the letter. */
const LINES = /```ts\n([^]*?)```/.exec(README)![1]!;

/** Gives the server a free port in place of the example's own, which another program may have; tells its parent which. */
const FREE_PORT = `data:text/javascript,${encodeURIComponent(`
  import { Server } from 'node:net';
  const { listen } = Server.prototype;
  Server.prototype.listen = function (_port, ...rest) {
    this.once('listening', () => process.send(this.address().port));
    return listen.call(this, 0, '127.0.0.1', ...rest);
  };
`)}`;

describe('the lines of otel/README.md that put the kit into another Koa app', () => {
  let folder: string;
  let app: ChildProcess | undefined;
  afterEach(() => {
    app?.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });

  it('are fifteen, run as they stand, and count and keep what that app does', async () => {
    expect(LINES.split('\n').filter((line) => line.trim() !== '').length).toBeLessThanOrEqual(15);
    folder = mkdtempSync(join(tmpdir(), 'foreign-app-'));
    cpSync(path('../../otel'), join(folder, 'otel'), { recursive: true });
    symlinkSync(path('../../node_modules'), join(folder, 'node_modules'));
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
    writeFileSync(join(folder, 'app.ts'), LINES);

    app = spawn(
      process.execPath,
      [
        '--disable-warning=ExperimentalWarning',
        '--import',
        FREE_PORT,
        '--import',
        './otel/register.ts',
        'app.ts',
      ],
      {
        cwd: folder,
        env: { PATH: process.env['PATH'], METRICS_HISTORY_DAYS: '0' },
        stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      },
    );
    let complaints = '';
    app.stderr!.on('data', (chunk: Buffer) => (complaints += String(chunk)));
    const exited = once(app, 'exit');
    const started = await Promise.race([once(app, 'message'), exited]);
    expect(complaints).toBe('');
    const get = async (address: string): Promise<string> =>
      (
        await fetch(`http://127.0.0.1:${String(started[0])}${address}`, { headers: { connection: 'close' } })
      ).text();

    expect(await get('/')).toBe('<p>a note</p>');
    const operations = JSON.parse(await get('/metrics')) as ReturnType<TelemetryQuery['operations']>;
    for (const type of ['http', 'database', 'render'] as const)
      expect(operations[type]).toMatchObject({ count: 1, errors: 0, kept: 1 });

    app.kill('SIGTERM');
    expect(await exited).toEqual([0, null]);
    expect(complaints).toBe('');
  });
});
