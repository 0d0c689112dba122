import { beforeAll, describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { cp, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { temporaryFolder } from '../../fixtures/temporary-folder.ts';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..');
/** What the overview and the JSON are checked with. */
const COPIED = ['src', 'otel'];
const DOCUMENT = 'src/observatory/facts/metrics-document.ts';

let folder: string;
beforeAll(async () => {
  folder = temporaryFolder();
  for (const path of COPIED) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await cp(join(ROOT, path), join(folder, path), { recursive: true });
  }
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'), 'junction');
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }');
  const { compilerOptions } = JSON.parse(await readFile(join(ROOT, 'tsconfig.json'), 'utf8')) as {
    compilerOptions: object;
  };
  await writeFile(
    join(folder, 'tsconfig.json'),
    JSON.stringify({
      compilerOptions,
      include: ['src/observatory/pages/overview-page.ts', 'src/observatory/metrics-route.ts'],
    }),
  );
});

/** The files in which the type check finds fault. */
async function faultyFiles(): Promise<readonly string[]> {
  const output = await new Promise<string>((resolve) => {
    execFile(
      process.execPath,
      [join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', folder, '--pretty', 'false'],
      { cwd: folder },
      (_, stdout) => resolve(stdout),
    );
  });
  return [
    ...new Set(
      [...output.matchAll(/^([^(\n]+)\(\d+,\d+\): error/gm)].map((match) => match[1]!.replaceAll('\\', '/')),
    ),
  ].sort();
}

/** Renames a field in the document and in what makes it, as somebody would who forgot the page. */
async function rename(from: string, to: string): Promise<void> {
  const original = await readFile(join(ROOT, DOCUMENT), 'utf8');
  await writeFile(join(folder, DOCUMENT), original.replaceAll(new RegExp(`\\b${from}\\b`, 'g'), to));
}

describe('the page and the JSON', () => {
  it('type-check as they are', async () => {
    await rename('count', 'count');
    expect(await faultyFiles()).toEqual([]);
  });

  it.each(['duration_ms', 'client_errors', 'rss_bytes', 'event_loop_delay_p99_ms'])(
    'break the type check of the page when %s is renamed in the JSON',
    async (field) => {
      await rename(field, 'renamed');
      expect(await faultyFiles()).toContain('src/observatory/pages/overview-page.ts');
    },
  );
});
