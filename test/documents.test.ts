import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';

const ROOT = fileURLToPath(new URL('../', import.meta.url));
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const documents = globSync(['*.md', 'docs/*.md', 'otel/*.md', '.github/*.md', 'deploy/*.md'], { cwd: ROOT });

/** The anchor that a forge gives a heading. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(' ', '-');

describe('links between the documents', () => {
  it('lead to files and headings that are there', () => {
    expect(documents.length).toBeGreaterThan(8);
    const dead = documents.flatMap((document) =>
      [...read(document).matchAll(/\]\((?!\w+:)([^)\s#]*)(?:#([^)\s]+))?\)/g)]
        .filter(([, file, anchor]) => {
          const target = file === '' ? document : join(dirname(document), file!);
          if (!existsSync(join(ROOT, target))) return true;
          const headings = [...(target.endsWith('.md') ? read(target) : '').matchAll(/^#+ (.*)$/gm)];
          return anchor !== undefined && !headings.some((heading) => anchorOf(heading[1]!) === anchor);
        })
        .map(([link]) => `${document}: ${link}`),
    );
    expect(dead).toEqual([]);
  });
});

describe('the list of documents in the README', () => {
  it('has every document, each once', () => {
    const [, list = ''] = /^## Documents\n([\s\S]*?)^MIT licensed/m.exec(read('README.md')) ?? [];
    const listed = [...list.matchAll(/^\| \[([^\]]+)\]\(\1\) \|/gm)].map((row) => row[1]!);
    const written = globSync(['*.md', 'docs/*.md', 'otel/*.md', 'deploy/*.md'], { cwd: ROOT });
    expect(listed.filter((path) => path.endsWith('.md')).toSorted()).toEqual(
      written.filter((path) => path !== 'README.md').toSorted(),
    );
  });
});

describe('otel/GUARANTEES.md', () => {
  it('names tests that exist', () => {
    const named = [
      ...read('otel/GUARANTEES.md').matchAll(/`((?:otel|integration|receivers|src)\/[^`]*\.test\.ts)`/g),
    ];
    expect(named.length).toBeGreaterThan(50);
    expect(named.map(([, path]) => path!).filter((path) => !existsSync(join(ROOT, 'test', path)))).toEqual(
      [],
    );
  });
});

describe('the words of src/, otel/ and the documents', () => {
  const files = [
    ...globSync(['{src,otel}/**/*.{ts,css,md}', '*.md', 'docs/*.md'], { cwd: ROOT }).filter(
      // Its older entries are left as they were written.
      (file) => file !== 'otel/DECISIONS.md',
    ),
    '.github/pull_request_template.md',
  ];

  it('are field English: none of those that newcomers stumbled over', () => {
    const stumbled =
      /\b(?:let go|hand(?:s|ed) over|told as|answers whether|whoever|afresh|reckon(?:ed|s)?|writing desk)\b/i;
    expect(files.length).toBeGreaterThan(300);
    const lines = files.flatMap((file) =>
      read(file)
        .split('\n')
        .map((line, index) => `${file}:${index + 1}: ${line.trim()}`)
        .filter((line) => stumbled.test(line)),
    );
    expect(lines).toEqual([]);
  });
});

describe('otel/DECISIONS.md', () => {
  const entries = read('otel/DECISIONS.md').split(/^## /m).slice(1);

  it('numbers its decisions, the newest last', () => {
    const heads = entries.map((entry) => /^(\d+)\. (\d{4}-\d\d-\d\d) \S/.exec(entry)?.slice(1, 3));
    expect(heads.map((head) => head?.[0])).toEqual(entries.map((_, index) => `${index + 1}`));
    const days = heads.map((head) => head![1]!);
    expect(days).toEqual(days.toSorted());
  });

  it('gives each a status, which names a later one where there is one', () => {
    for (const [index, entry] of entries.entries()) {
      const status = /^.*\n\nStatus: (?:accepted|changed by (\d+)(?: \([^)]+\))?)\n\n/.exec(entry);
      expect({ entry: entry.split('\n')[0], hasStatus: status !== null }).toMatchObject({ hasStatus: true });
      const by = Number(status![1] ?? entries.length);
      expect(by).toBeGreaterThan(status![1] === undefined ? 0 : index + 1);
      expect(by).toBeLessThanOrEqual(entries.length);
    }
  });
});

describe('CHANGELOG.md', () => {
  it('has what is unreleased first, then versions with their days, in the sections of Keep a Changelog', () => {
    const headings = [...read('CHANGELOG.md').matchAll(/^(##+) (.*)$/gm)];
    const versions = headings.filter(([, level]) => level === '##').map((heading) => heading[2]!);
    expect(versions[0]).toBe('[Unreleased]');
    expect(versions.length).toBeGreaterThan(1);
    for (const version of versions.slice(1)) expect(version).toMatch(/^\[\d+\.\d+\.\d+\] - \d{4}-\d\d-\d\d$/);
    const sections = headings.filter(([, level]) => level === '###').map((heading) => heading[2]!);
    const known = ['What to do', 'Added', 'Changed', 'Deprecated', 'Removed', 'Fixed', 'Security'];
    expect(sections.filter((section) => !known.includes(section))).toEqual([]);
  });
});

describe('the debug launch file', () => {
  it('starts the blog and a test with the flags of npm', () => {
    const { scripts } = JSON.parse(read('package.json')) as { readonly scripts: Record<string, string> };
    const { configurations } = JSON.parse(read('.vscode/launch.json')) as {
      readonly configurations: readonly {
        readonly runtimeArgs: readonly string[];
        readonly program: string;
        readonly args: readonly string[];
      }[];
    };
    const [blog, test] = configurations.map(({ runtimeArgs, program, args }) =>
      ['node', ...runtimeArgs, program.replace('${workspaceFolder}/', ''), ...args].join(' '),
    );
    expect(blog).toBe(scripts['start']);
    expect(test).toBe(`${scripts['test']} --runInBand --runTestsByPath \${relativeFile}`);
  });
});
