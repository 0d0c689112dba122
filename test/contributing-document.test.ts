import { existsSync, globSync, readFileSync } from 'node:fs';
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

/** Everything that is written here. */
const allFiles = globSync(['*', '.ci/*', '{deploy,docs,otel,src,test}/**/*'], {
  cwd: ROOT,
  exclude: (path) => /(?:^|\/)(?:node_modules|dist)$/.test(path),
});
const codeFiles = allFiles.filter((path) => /\.[cm]?ts$/.test(path));
/** What the code names, without this file. */
const words = new Set(
  [...codeFiles, ...allFiles.filter((path) => /\.ya?ml$|\.json$/.test(path))]
    .filter((path) => !path.endsWith('contributing-document.test.ts'))
    .flatMap((path) => readFileSync(join(ROOT, path), 'utf8').match(/[A-Za-z_]\w*/g) ?? []),
);
/** Names of other software. */
const FOREIGN: ReadonlySet<string> = new Set(['EBADENGINE']);

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

  it('answers “Where is …” with names that stand in the file before them', () => {
    // `name` in `file`, and `file` (`name`, …)
    const pairs = [
      ...[...document.matchAll(/`#?([A-Za-z_]\w*)`(?:, \w+,)? (?:in|of) \[?`([\w./-]+\.ts)`/g)].map(
        ([, name, file]) => [name!, file!] as const,
      ),
      ...[...document.matchAll(/`([\w./-]+\.ts)` \(`(\w+)`(?:, `(\w+)`)?/g)].flatMap(([, file, ...names]) =>
        names.flatMap((name) => (name === undefined ? [] : [[name, file!] as const])),
      ),
    ];
    expect(pairs.length).toBeGreaterThan(8);
    const absent = pairs.filter(([name, file]) => {
      const files = codeFiles.filter((path) => path === file || path.endsWith(`/${file}`));
      return !files.some((path) => new RegExp(`\\b${name}\\b`).test(readFileSync(join(ROOT, path), 'utf8')));
    });
    expect(absent).toEqual([]);
  });
});

describe.each(['CONTRIBUTING.md', 'README.md', 'otel/README.md'])('%s', (name) => {
  /** Without blocks of code, which have names of their own. */
  const code = [
    ...readFileSync(join(ROOT, name), 'utf8')
      .replaceAll(/^```[^]*?^```/gm, '')
      .matchAll(/`([^`\n]+)`/g),
  ].map((match) => match[1]!);

  it('names no function, class, constant or setting that is not there', () => {
    const named = code.flatMap(
      (text) =>
        /^#?([A-Za-z]*[a-z][A-Z][A-Za-z]*|[A-Z][A-Z\d]*_[A-Z\d_]*|[A-Z]{5,})(?:\(.*\)|=.*)?$/.exec(
          text,
        )?.[1] ?? [],
    );
    expect(named.length).toBeGreaterThan(20);
    expect(named.filter((each) => !words.has(each) && !FOREIGN.has(each))).toEqual([]);
  });

  it('names no file of code that is not there', () => {
    const files = code.filter((text) => /^[\w./-]+\.(?:[cm]?ts|[cm]js|css|md|yaml|svg)$/.test(text));
    expect(
      files.filter((file) => !allFiles.some((path) => path === file || path.endsWith(`/${file}`))),
    ).toEqual([]);
  });
});
