import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { BARE_ENVIRONMENT } from '../../fixtures/bare-environment.ts';
import { draft, temporaryBlog, type TemporaryBlog } from '../temporary-blog.ts';

let blog: TemporaryBlog;
beforeEach(() => {
  blog = temporaryBlog();
  blog.posts.create(draft({ path: 'a', markdown: '[x](/nowhere) [y](/search)' }));
});

const FILES = { export: 'posts/export', static: 'site/static-copy' } as const;

function run(command: keyof typeof FILES, ...options: string[]): readonly [number | null, string, string] {
  const file = fileURLToPath(new URL(`../../../src/${FILES[command]}/main.ts`, import.meta.url));
  const { status, stdout, stderr } = spawnSync(process.execPath, [file, ...options], {
    encoding: 'utf8',
    cwd: blog.folder,
    env: {
      ...BARE_ENVIRONMENT,
      PATH: process.env['PATH'],
      DATA_DIR: blog.folder,
      PUBLIC_URL: 'https://blog.example',
    },
  });
  return [status, stdout, stderr];
}

describe('npm run export', () => {
  it('says what it wrote, beside a blog that is open', () => {
    const folder = join(blog.folder, 'out');
    expect(run('export', 'out')).toEqual([
      0,
      `Exported 1 post (0 drafts, 0 deleted), 0 files of media and 0 redirects to ${folder}.\n`,
      '',
    ]);
    expect(existsSync(join(folder, 'content', 'a.md'))).toBe(true);
  });

  it('fails with 2 without a folder', () => {
    const [status, , stderr] = run('export');
    expect([status, stderr]).toEqual([2, expect.stringMatching(/^Name one folder\.\n\nUsage: /)]);
  });
});

describe('npm run static', () => {
  it('says what it wrote, and which links lead nowhere', () => {
    const [status, stdout, stderr] = run('static', 'out');
    expect(stdout).toMatch(/^Copied \d+ pages, \d+ files and 4 redirects to .+; 2 dead links\.\n$/);
    expect(stderr.split('\n').toSorted()).toEqual([
      '',
      'Dead link in /a, as in the blog itself: /nowhere',
      'Link in /a to /search, which only the running blog has',
    ]);
    expect(status).toBe(0);
  });
});
