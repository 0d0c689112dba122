import { mkdirSync, readdirSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { BlogProcess, runToEnd, START_ARGUMENTS } from './blog-process.ts';
import { afterTests } from '../fixtures/after-tests.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';

const OWNER_LINK = ['--no-warnings', 'src/accounts/owner-link.ts'];
const OTHERS = 0o077;
const folder = temporaryFolder();
const dataDir = join(folder, 'data');
let blog: BlogProcess;
beforeAll(async () => {
  blog = await BlogProcess.launch(dataDir);
  afterTests(() => blog.stop());
});

const start = (dir = dataDir) => runToEnd(START_ARGUMENTS, { PORT: '0', DATA_DIR: dir });
const filesOf = (dir: string): string[] => [
  dir,
  ...readdirSync(dir, { recursive: true, encoding: 'utf8' }).map((name) => join(dir, name)),
];
const readableByOthers = (dir: string): string[] =>
  filesOf(dir).filter((file) => (statSync(file).mode & OTHERS) !== 0);

describe('a second server on the same data', () => {
  it('stops with one line that names the first', async () => {
    const { code, output } = await start();
    expect(code).toBe(1);
    expect(output.trim().split('\n')).toEqual([
      expect.stringMatching(
        /^\S+ is in use by another Glasshouse: process \d+ on \S+, since 20\S+Z at http:\/\/127\.0\.0\.1:\d+\. Stop it first, or set DATA_DIR/,
      ),
    ]);
    expect((await blog.ask('/health')).status).toBe(200);
  });

  it('does not apply to commands', async () => {
    expect(await runToEnd(OWNER_LINK, { DATA_DIR: dataDir })).toMatchObject({ code: 0 });
  });
});

describe('the commands for backups', () => {
  const run = (command: string, ...args: readonly string[]) =>
    runToEnd(['--no-warnings', `src/backup/${command}.ts`, ...args], {});
  const file = join(folder, 'blog.backup');

  it('back up a running blog, and print the result in the last line', async () => {
    const { code, output } = await run('backup', file, '--data-dir', dataDir);
    expect([code, output.trim().split('\n').at(-1)]).toEqual([
      0,
      expect.stringMatching(
        /^Backed up \d+ posts and 0 files of media to \S+blog\.backup \(\d+\.\d MB\), verified\.$/,
      ),
    ]);
    expect((await blog.ask('/health')).status).toBe(200);
  });

  it('restore into a new folder, and never under a running server', async () => {
    const refused = await run('restore', file, '--replace', '--data-dir', dataDir);
    expect([refused.code, refused.output]).toEqual([
      1,
      expect.stringMatching(/^Nothing was restored: \S+ is in use by another Glasshouse: process \d+/),
    ]);
    const { code, output } = await run('restore', file, '--data-dir', join(folder, 'restored'));
    expect([code, output]).toEqual([
      0,
      expect.stringMatching(/^Restored \d+ posts and 0 files of media into /),
    ]);
    expect((await run('restore')).code).toBe(2);
    expect(await run('backup', join(folder, 'x'), '--data-dir', join(folder, 'none'))).toEqual({
      code: 1,
      output: expect.stringMatching(/^No backup was made: There is no blog in /),
    });
  });
});

describe('what the blog keeps', () => {
  it('is readable by its user only, also write-ahead logs and indexes', async () => {
    expect(readableByOthers(dataDir)).toEqual([]);
    expect(readdirSync(dataDir)).toEqual(expect.arrayContaining(['glasshouse.db-wal', 'telemetry.sqlite']));
  });
});

describe('a database that looks lost', () => {
  it('is not replaced by an empty blog, by a server or a command', async () => {
    const dir = join(folder, 'lost');
    mkdirSync(join(dir, 'media'), { recursive: true });
    writeFileSync(join(dir, 'media', 'glass.png'), 'x');
    const importing = ['--no-warnings', 'src/posts/import/main.ts', 'docs', '--data-dir', dir];
    for (const { code, output } of [await start(dir), await runToEnd(importing, {})]) {
      expect(code).toBe(1);
      expect(output.trim().split('\n')).toEqual([
        expect.stringContaining(`${join(dir, 'glasshouse.db')} is missing, but media/ is beside it`),
      ]);
    }
    expect(readdirSync(dir)).toEqual(['media']);
  });
});

describe('a database that is removed while the blog runs', () => {
  it('makes /health 503, once in the log, until it is back', async () => {
    const file = join(dataDir, 'glasshouse.db');
    renameSync(file, `${file}.away`);
    expect((await blog.ask('/health')).status).toBe(503);
    expect((await blog.ask('/health')).status).toBe(503);
    expect((await blog.ask('/')).status).toBe(200);
    renameSync(`${file}.away`, file);
    expect((await blog.ask('/health')).status).toBe(200);
    expect(blog.output.match(/"event":"storage\.gone"/g)).toHaveLength(1);
    expect(blog.output).toContain('was removed while the blog runs');
  });
});
