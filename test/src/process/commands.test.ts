import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { BARE_ENVIRONMENT } from '../../fixtures/bare-environment.ts';
import { temporaryFolder } from '../../fixtures/temporary-folder.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const { scripts }: { readonly scripts: Readonly<Record<string, string>> } = Object(
  JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')),
);
/** Commands of the blog, with what Node gets; `dev` is the same program as `start`. */
const COMMANDS = Object.entries(scripts)
  .filter(([name, line]) => line.startsWith('node ') && line.includes(' src/') && name !== 'dev')
  .map(([name, line]) => [name, line.split(' ').slice(1)] as const);
/** What each takes beside options. */
const NAMED: Readonly<Record<string, readonly string[]>> = {
  import: ['texts'],
  export: ['out'],
  static: ['out'],
  backup: ['out.glasshouse'],
  restore: ['out.glasshouse'],
  replay: ['log.tsv', 'http://127.0.0.1:9'],
};

let folder: string;
beforeEach(() => {
  folder = temporaryFolder();
  for (const name of ['data', 'tmp', 'texts']) mkdirSync(join(folder, name));
});

function run(name: string, ...more: readonly string[]) {
  const parts = COMMANDS.find(([command]) => command === name)![1];
  const at = (part: string): string => (part.startsWith('./') ? join(ROOT, part) : part);
  const args = parts.map((part) => at(part.startsWith('src/') ? `./${part}` : part));
  const { status, stdout, stderr } = spawnSync(process.execPath, [...args, ...more], {
    encoding: 'utf8',
    cwd: folder,
    // A blog that starts instead does not end.
    timeout: 60_000,
    env: {
      ...BARE_ENVIRONMENT,
      PATH: process.env['PATH'],
      DATA_DIR: join(folder, 'data'),
      TMPDIR: join(folder, 'tmp'),
      PUBLIC_URL: 'https://blog.example',
      PORT: '0',
    },
  });
  return { status, stdout, stderr, files: readdirSync(folder, { recursive: true }).toSorted() };
}

describe('a command', () => {
  it('is one of these', () => {
    expect(COMMANDS.map(([name]) => name)).toEqual(
      'start demo replay import export static backup restore owner-link'.split(' '),
    );
  });

  it.each(COMMANDS)('npm run %s refuses options that it does not know by name, and does nothing', (name) => {
    const named = NAMED[name] ?? [];
    for (const wrong of ['--bogus', ...(name === 'restore' ? [] : ['--replace'])]) {
      const { status, stdout, stderr, files } = run(name, ...named, wrong);
      expect([status, stdout]).toEqual([2, '']);
      expect(stderr).toMatch(new RegExp(`^Unknown option '${wrong}'\\.?\\n\\nUsage: .*npm (?:run )?${name}`));
      expect(files).toEqual(['data', 'texts', 'tmp']);
    }
  });

  it.each(COMMANDS)('npm run %s refuses what it was not asked to name', (name) => {
    const { status, stderr, files } = run(name, ...(NAMED[name] ?? []), 'one-more');
    expect([status, stderr]).toEqual([2, expect.stringContaining('\n\nUsage: ')]);
    expect(files).toEqual(['data', 'texts', 'tmp']);
  });

  it.each(COMMANDS)('npm run %s explains itself', (name) => {
    const { status, stdout, files } = run(name, '--help');
    expect([status, stdout]).toEqual([0, expect.stringMatching(/^Usage: /)]);
    expect(files).toEqual(['data', 'texts', 'tmp']);
  });

  it.each(COMMANDS.filter(([name]) => scripts[name]!.includes('src/') && !/start|demo|replay/.test(name)))(
    'npm run %s takes the folder of the blog as an option',
    (name) => {
      expect(run(name, '--help').stdout).toContain('--data-dir FOLDER');
      expect(run(name, ...(NAMED[name] ?? []), '--data-dir=')).toMatchObject({ status: 2 });
    },
  );
});
