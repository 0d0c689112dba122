import { beforeEach, describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { BARE_ENVIRONMENT } from '../../../fixtures/bare-environment.ts';
import { temporaryFolder } from '../../../fixtures/temporary-folder.ts';

const RUST_BLOG = fileURLToPath(new URL('../../../fixtures/rust-blog', import.meta.url));
const MAIN = fileURLToPath(new URL('../../../../src/posts/import/main.ts', import.meta.url));

let folder: string;
beforeEach(() => {
  folder = temporaryFolder();
});

function run(...options: string[]): { status: number | null; stdout: string; stderr: string } {
  const result = spawnSync(process.execPath, [MAIN, ...options], {
    encoding: 'utf8',
    cwd: folder,
    env: { ...BARE_ENVIRONMENT, PATH: process.env['PATH'], DATA_DIR: path.join(folder, 'data') },
  });
  return { status: result.status, stdout: result.stdout, stderr: result.stderr };
}

describe('npm run import', () => {
  it('imports, then says that nothing has changed', () => {
    const first = run(RUST_BLOG);
    expect(first.stdout).toMatch(
      /^4 imported, 0 updated, 0 unchanged, 2 skipped; 1 media files imported; [\d.]+ s\n/,
    );
    expect(first.stdout).toContain('  releases/latest.md: has neither title nor text\n');
    expect(first.stderr).toBe('4 of 4 posts\n1 of 1 pictures\n');
    expect(first.status).toBe(0);
    expect(run(RUST_BLOG, '--data-dir', path.join(folder, 'data')).stdout).toMatch(
      /4 unchanged, .*\nNothing has changed since the last import\.\n/,
    );
  });

  it('fails with 1 when something could not be imported', () => {
    mkdirSync(path.join(folder, 'site'));
    writeFileSync(path.join(folder, 'site', 'a.md'), '---\ntitle: [\n---\n');
    const { status, stdout } = run('site');
    expect(status).toBe(1);
    expect(stdout).toMatch(/ {2}a\.md: line \d: /);
  });

  it.each([
    [[], 'Name one folder or file to import.'],
    [['a', 'b'], 'Name one folder or file to import.'],
    [['nowhere'], 'There is no folder or file nowhere.'],
    [['--fast'], "Unknown option '--fast'"],
  ])('explains wrong use and fails with 2: %o', (options, message) => {
    const { status, stderr } = run(...options);
    expect(stderr).toContain(message);
    expect(status).toBe(2);
  });

  it('says in one line why data cannot be opened', () => {
    mkdirSync(path.join(folder, 'data'));
    writeFileSync(
      path.join(folder, 'data', 'glasshouse.db'),
      'not a database, but longer than a header '.repeat(20),
    );
    const { status, stderr } = run(RUST_BLOG);
    expect(status).toBe(1);
    expect(stderr).toMatch(/^The import stopped: .*not a database.*\n$/);
  });
});
