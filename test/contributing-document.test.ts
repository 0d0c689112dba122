import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';

const ROOT = fileURLToPath(new URL('../', import.meta.url));
const document = readFileSync(join(ROOT, 'CONTRIBUTING.md'), 'utf8');
/** What stands as code and begins at the root; names within a folder that was named before are left out. */
const PATH = /`((?:\.ci|deploy|docs|otel|src|test)\/[\w./-]*)`/g;

const pathsIn = (text: string): readonly string[] => [...text.matchAll(PATH)].map((match) => match[1]!);
const missing = (paths: readonly string[]): readonly string[] =>
  paths.filter((path) => !existsSync(join(ROOT, path)));

/** All TypeScript of a folder. */
const codeIn = (folder: string): string =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.includes('node_modules') && !name.startsWith('dist'))
    .map((name) => readFileSync(join(ROOT, folder, name), 'utf8'))
    .join('\n');

describe('CONTRIBUTING.md', () => {
  const [, section = ''] = /^## Where is …\n([\s\S]*?)^## /m.exec(document) ?? [];
  const rows = section.split('\n').filter((line) => line.startsWith('| '));

  it('answers each “Where is …” with paths that are there', () => {
    // The first row is the head.
    const answers = rows.slice(1).map((row) => pathsIn(row));
    expect(answers.length).toBeGreaterThanOrEqual(9);
    expect(answers.filter((paths) => paths.length === 0)).toEqual([]);
    expect(missing(answers.flat())).toEqual([]);
  });

  it('names and links no file that is not there', () => {
    const linked = [...document.matchAll(/\]\((?!https?:)([^)#]+)/g)].map((match) => match[1]!);
    expect(linked.length).toBeGreaterThan(3);
    expect(missing([...pathsIn(document), ...linked])).toEqual([]);
  });

  it('names no function or class that is not there', () => {
    const named = [...document.matchAll(/`#?([A-Za-z]*[a-z][A-Z][A-Za-z]*)(?:\(.*?\))?`/g)].map(
      (match) => match[1]!,
    );
    const source = ['otel', 'src', 'test'].map(codeIn).join('\n');
    expect(named.length).toBeGreaterThan(20);
    expect(named.filter((name) => !new RegExp(`\\b${name}\\b`).test(source))).toEqual([]);
  });
});
