import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import {
  LAYERS,
  OBSERVATORY_LAYERS,
  observatoryPartOf,
  OTEL_LAYERS,
  otelPartOf,
  partOf,
} from './layers/layers.ts';
import { ROOT, sourcesOf, type Import, type SourceFile } from './layers/source-files.ts';
import { temporaryFolder } from './fixtures/temporary-folder.ts';

/** Without comments and blank lines, so that a long comment costs nothing. */
const MAX_CODE_LINES = 260;
/** The width of code. */
const MAX_COMMENT_WIDTH = 110;
const DOORS: ReadonlySet<string> = new Set(['otel/query.ts', 'otel/kit.ts']);
/** Types alone, and the one contract between the two halves: it is read as a whole. */
const MAX_CODE_LINES_OF_QUERY = 400;
/** The entries: they start telemetry's other side. */
const ENTRIES = ['src/main.ts', 'src/demo/serve.ts'];
/** The settings, and the demo, which hands its environment on to the blog it starts. */
const ENVIRONMENT_READERS = [
  'otel/base/inherited-start.ts',
  'otel/config.ts',
  'src/demo/main.ts',
  'src/process/config.ts',
];

const otel = sourcesOf('otel');
const src = sourcesOf('src');

/** `importer -> imported` for what must not be. */
function offences(
  files: readonly SourceFile[],
  isForbidden: (imported: Import, file: SourceFile) => boolean,
): readonly string[] {
  return files.flatMap((file) =>
    file.imports
      .filter((imported) => isForbidden(imported, file))
      .map(({ target }) => `${file.path} -> ${target}`),
  );
}

function outOfBounds(
  files: readonly SourceFile[],
  { layers, part }: { readonly layers: typeof LAYERS; readonly part: (path: string) => string } = {
    layers: LAYERS,
    part: partOf,
  },
): readonly string[] {
  const layerOf = (name: string): number => layers.findIndex((parts) => parts.includes(name));
  return files.flatMap(({ path, imports }) =>
    imports.flatMap(({ target }) => {
      const [from, to] = [part(path), part(target)];
      if (from === to || layerOf(to) < 0 || layerOf(to) > layerOf(from)) return [];
      const below = layers.slice(layerOf(from) + 1).flat();
      return [`${from} may import ${below.join(', ')}; and not ${to} (${path} -> ${target})`];
    }),
  );
}

/** Files that reach themselves, in one line a circle. */
function circlesOf(files: readonly SourceFile[]): readonly string[] {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const over = new Set<string>();
  const circles: string[] = [];
  const walk = (path: string, way: readonly string[]): void => {
    const start = way.indexOf(path);
    if (start >= 0) circles.push([...way.slice(start), path].join(' -> '));
    if (start >= 0 || over.has(path)) return;
    for (const { target } of byPath.get(path)?.imports ?? []) walk(target, [...way, path]);
    over.add(path);
  };
  for (const { path } of files) walk(path, []);
  return circles;
}

const file = (path: string, ...targets: string[]): SourceFile => ({
  path,
  code: '',
  lines: 1,
  codeLines: 1,
  commentWidth: 0,
  imports: targets.map((target) => ({ target, isTypeOnly: true })),
});

describe('the layers', () => {
  it('lead one way, down', () => {
    expect(outOfBounds([...src, ...otel])).toEqual([]);
  });

  it.each([
    {
      half: 'the observatory',
      files: src.filter(({ path }) => path.startsWith('src/observatory/')),
      layers: OBSERVATORY_LAYERS,
      part: observatoryPartOf,
    },
    { half: 'the kit', files: otel, layers: OTEL_LAYERS, part: otelPartOf },
  ])('lead down within $half, too', ({ files, layers, part }) => {
    expect(outOfBounds(files, { layers, part })).toEqual([]);
    const parts = new Set(files.map(({ path }) => part(path)));
    expect([...parts].toSorted()).toEqual(layers.flat().toSorted());
  });

  it('hold every file: main.ts alone belongs to no folder', () => {
    const parts = new Set(src.map(({ path }) => partOf(path)));
    expect([...parts].toSorted()).toEqual(
      LAYERS.flat()
        .filter((part) => part !== 'otel')
        .toSorted(),
    );
    expect(src.filter(({ path }) => path.split('/').length === 2).map(({ path }) => path)).toEqual([
      'src/main.ts',
    ]);
  });

  it('say who may import what, also of a type', () => {
    expect(
      outOfBounds([file('src/http/router.ts', 'src/site/layout.ts', 'src/db/migrate.ts', 'koa')]),
    ).toEqual([
      'src/http may import src/markup, src/process, src/search, src/db, otel; and not src/site (src/http/router.ts -> src/site/layout.ts)',
    ]);
    expect(outOfBounds([file('src/db/a.ts', 'src/search/b.ts')])).toHaveLength(1);
    expect(outOfBounds([file('otel/a.ts', 'src/db/b.ts')])).toHaveLength(1);
    expect(
      outOfBounds([file('otel/sql/a.ts', 'otel/spans/b.ts')], { layers: OTEL_LAYERS, part: otelPartOf }),
    ).toEqual([
      'otel/sql may import otel/query.ts, otel/base; and not otel/spans (otel/sql/a.ts -> otel/spans/b.ts)',
    ]);
  });

  it('have no file that imports itself by way of others, types included', () => {
    expect(circlesOf([...src, ...otel])).toEqual([]);
    expect(circlesOf([file('a', 'b'), file('b', 'c'), file('c', 'b')])).toEqual(['b -> c -> b']);
  });
});

describe('the imports this test reads', () => {
  it('are seen in every form', () => {
    expect(src.find(({ path }) => path === 'src/main.ts')!.imports).toContainEqual({
      target: 'otel/telemetry.ts',
      isTypeOnly: false,
    });
    const { imports } = otel.find(({ path }) => path === 'otel/telemetry.ts')!;
    expect(imports).toContainEqual({ target: 'otel/query.ts', isTypeOnly: true });
    expect(imports).toContainEqual({ target: 'otel/start/enabled-telemetry.ts', isTypeOnly: false });
    for (const { path, code, imports: found } of [...otel, ...src]) {
      const statements =
        code.match(/^import\b|^export (?:type )?[{*][^;]*?\sfrom\s|\b(?:import|require)\('/gm) ?? [];
      expect({ path, imports: found.length }).toEqual({ path, imports: statements.length });
    }
  });
});

describe('the kit in otel/', () => {
  it('imports nothing of the tests', () => {
    expect(offences(otel, ({ target }) => target.startsWith('test/'))).toEqual([]);
  });

  it('names in its code neither the blog nor a path or setting of it', () => {
    const words =
      /glasshouse|\b(?:admin|blog|observatory|metrics-dashboard|DATA_DIR|PUBLIC_URL|METRICS_TOKEN)\b|\b(?:[Pp]osts?|[Ff]eeds?)\b/;
    const lines = otel.flatMap(({ path, code }) =>
      code
        .split('\n')
        // A comment may stand behind code, too.
        .map((line) => line.replace(/\s\/\/.*$/, ''))
        // A method of Node's inspector.
        .map((line) => line.replace('session.post(', 'session('))
        .filter((line) => words.test(line))
        .map((line) => `${path}: ${line.trim()}`),
    );
    expect(lines).toEqual([]);
  });

  it('loads neither koa nor better-sqlite3', () => {
    const forbidden = new Set(['koa', '@koa/router', 'better-sqlite3']);
    expect(offences(otel, ({ target, isTypeOnly }) => forbidden.has(target) && !isTypeOnly)).toEqual([]);
  });

  it('imports only what its own package.json lists', () => {
    const listed = JSON.parse(readFileSync(join(ROOT, 'otel/package.json'), 'utf8')) as Record<
      'dependencies' | 'peerDependencies',
      Record<string, string>
    >;
    const isListed = (name: string): boolean =>
      name in listed.dependencies || name in listed.peerDependencies;
    expect(offences(otel, ({ target }) => !/^(?:otel\/|node:)/.test(target) && !isListed(target))).toEqual(
      [],
    );
  });

  it('does nothing when its files are imported, register.ts aside', () => {
    const folder = temporaryFolder();
    const files = otel.map(({ path }) => path).filter((path) => !/^otel\/(?:register\.ts|cjs\/)/.test(path));
    const program = `
      const state = () => ({ resources: process.getActiveResourcesInfo(), listeners: process.eventNames().map(String), api: Symbol.for('opentelemetry.js.api.1') in globalThis });
      process.stdout.write('');
      process.stderr.write('');
      void process.stdin;
      const before = state();
      for (const file of ${JSON.stringify(files.map((path) => pathToFileURL(join(ROOT, path)).href))}) await import(file);
      process.stdout.write(JSON.stringify({ before, after: state() }));`;
    const output = execFileSync(
      process.execPath,
      ['--no-warnings', '--input-type=module', '--eval', program],
      {
        cwd: folder,
        encoding: 'utf8',
        env: {},
      },
    );
    const { before, after } = JSON.parse(output) as Record<'before' | 'after', unknown>;
    expect(after).toEqual(before);
    expect(readdirSync(folder)).toEqual([]);
  });

  it.each(['telemetry', 'config', 'query', 'kit', 'sampler'])(
    'offers the same names from %s.ts as before',
    (name) => {
      const { code } = otel.find(({ path }) => path === `otel/${name}.ts`)!;
      const declared = [
        ...code.matchAll(/^export (?:async )?(?:abstract )?(?:const|function|class|interface|type) (\w+)/gm),
      ].map((match) => match[1]!);
      const listed = [...code.matchAll(/^export (?:type )?\{([^}]*)\}/gm)].flatMap((match) =>
        match[1]!.split(',').map((part) => part.trim().replace(/^type /, '')),
      );
      expect([...declared, ...listed.filter((part) => part !== '')].toSorted()).toMatchSnapshot();
    },
  );
});

describe('the sampling processor', () => {
  const closure = new Map<string, SourceFile>();
  const reach = (path: string): void => {
    const file = otel.find((one) => one.path === path);
    if (file === undefined || closure.has(path)) return;
    closure.set(path, file);
    for (const { target } of file.imports) reach(target);
  };
  reach('otel/sampling/sampling-span-processor.ts');
  const files = [...closure.values()];

  it('reaches at most 20 files, 2,000 lines, 1,510 of them code, and 70 exported names, types included', () => {
    const names = files.flatMap(({ code }) => [
      ...code.matchAll(/^export (?:async )?(?:abstract )?(?:const|function|class|interface|type) (\w+)/gm),
    ]);
    expect(files.length).toBeLessThanOrEqual(20);
    expect(files.reduce((sum, { lines }) => sum + lines, 0)).toBeLessThanOrEqual(2000);
    expect(files.reduce((sum, { codeLines }) => sum + codeLines, 0)).toBeLessThanOrEqual(1510);
    expect(names.length).toBeLessThanOrEqual(70);
  });

  it('meets that without wide comments', () => {
    const wide = files.filter(({ commentWidth }) => commentWidth > MAX_COMMENT_WIDTH);
    expect(wide.map(({ path }) => path)).toEqual([]);
    expect(Math.max(...files.map(({ commentWidth }) => commentWidth))).toBeGreaterThan(100);
  });

  const filesWith = (pattern: RegExp): readonly string[] =>
    otel.filter(({ code }) => pattern.test(code)).map(({ path }) => path);

  it('takes its verdict in one place', () => {
    expect(filesWith(/\bisKeptBy\(|\.keep\(operation\b/)).toEqual([
      'otel/sampling/pending-trace.ts',
      'otel/sampling/verdict.ts',
    ]);
  });

  it('is the one way in: a span ends, and only the processor counts it', () => {
    // Fan-out to the processors of an app, the kit's own span, spans of another SDK.
    expect(filesWith(/\.onEnd\(/)).toEqual([
      'otel/spans/fanned-out.ts',
      'otel/spans/span.ts',
      'otel/start/counted-tracer.ts',
    ]);
    expect(filesWith(/\btally\.start\(span/)).toEqual(['otel/sampling/sampling-span-processor.ts']);
    expect(filesWith(/\baggregates\.record\(/)).toEqual([
      'otel/sampling/sampling-span-processor.ts',
      'otel/start/create-processor.ts',
    ]);
  });
});

describe('the blog in src/', () => {
  it('knows of telemetry what otel/query.ts and otel/kit.ts say; only the entries start it', () => {
    const isAllowed = ({ target }: Import, { path }: SourceFile): boolean =>
      DOORS.has(target) || (target === 'otel/telemetry.ts' && ENTRIES.includes(path));
    expect(
      offences(src, (imported, file) => imported.target.startsWith('otel/') && !isAllowed(imported, file)),
    ).toEqual([]);
    // Types and lists of names: whoever imports it loads nothing else.
    const { imports } = otel.find(({ path }) => path === 'otel/query.ts')!;
    const loaded = imports.filter(({ isTypeOnly }) => !isTypeOnly).map(({ target }) => target);
    expect(loaded.toSorted()).toEqual([
      'otel/base/heap-profile-facts.ts',
      'otel/base/log-search.ts',
      'otel/base/operation-types.ts',
      'otel/base/profile-facts.ts',
      'otel/base/trace-term.ts',
    ]);
    for (const list of loaded)
      expect(otel.find(({ path }) => path === list)!.imports.filter((each) => !each.isTypeOnly)).toEqual([]);
  });

  it('has pages for readers and the owner that know nothing of telemetry', () => {
    const pages = src.filter(({ path }) =>
      /^src\/(accounts|admin|site|posts|media|search|db|markup)\//.test(path),
    );
    expect(pages.length).toBeGreaterThan(100);
    expect(offences(pages, ({ target }) => target.startsWith('otel/'))).toEqual([]);
  });

  it('has an observatory that reads telemetry and never the blog', () => {
    const observatory = src.filter(({ path }) => path.startsWith('src/observatory/'));
    expect(observatory.length).toBeGreaterThan(0);
    const blogParts = /^src\/(posts|db|accounts|admin|site|search|media)\//;
    const frame = 'src/accounts/admin-layout.ts';
    expect(
      offences(
        observatory,
        ({ target }) => (blogParts.test(target) && target !== frame) || target === 'better-sqlite3',
      ),
    ).toEqual([]);
  });

  it('imports nothing of the tests', () => {
    expect(offences(src, ({ target }) => target.startsWith('test/'))).toEqual([]);
  });
});

describe('every file', () => {
  const all = [...otel, ...src];

  it('leaves the environment to the settings', () => {
    const readers = all.filter(({ code }) => /\bprocess\.env\b|\benv\b[^;]*from 'node:process'/.test(code));
    expect(readers.map(({ path }) => path)).toEqual(ENVIRONMENT_READERS);
  });

  it('has the types that it says', () => {
    const cast = all.filter(({ code }) => /\bas (?:never|unknown as)\b/.test(code));
    expect(cast.map(({ path }) => path)).toEqual([]);
  });

  it('names what it exports', () => {
    // The doors for `require` are those of `import`.
    const named = all.filter(({ path }) => !path.startsWith('otel/cjs/'));
    const anonymous = named.filter(({ code }) => /^export (\*|default)/m.test(code));
    expect(anonymous.map(({ path }) => path)).toEqual([]);
  });

  it(`has at most ${MAX_CODE_LINES} lines of code`, () => {
    const limitOf = (path: string): number =>
      path === 'otel/query.ts' ? MAX_CODE_LINES_OF_QUERY : MAX_CODE_LINES;
    const long = all.filter(({ path, codeLines }) => codeLines > limitOf(path));
    expect(long.map(({ path, codeLines }) => `${path}: ${codeLines}`)).toEqual([]);
  });

  it('is named in kebab-case and is no drawer', () => {
    const name = /^(?:[a-z0-9]+(?:-[a-z0-9]+)*)(?:\.d)?\.(?:ts|cts|mts)$/;
    const odd = all.filter(
      ({ path }) =>
        !name.test(path.split('/').at(-1)!) || /(?:^|[/-])(?:utils?|helpers?)\.ts$|\/index\.ts$/.test(path),
    );
    expect(odd.map(({ path }) => path)).toEqual([]);
  });
});
