import { execFile } from 'node:child_process';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';
import { ExampleApp } from './example-app.ts';
import { EXAMPLES, rowsOf, visitExample } from './example-visit.ts';
import { NAME, packKit, PackedKit } from './packed-kit.ts';

const run = promisify(execFile);
const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));
const TSC = path('../../node_modules/typescript/bin/tsc');

let tarball: string;
beforeAll(async () => {
  tarball = await packKit(temporaryFolder());
});

const USES = `
const options: TelemetryOptions = { serviceName: 'notes', ignorePaths: ['/telemetry'], dataDir: 'data' };
const started: Promise<Telemetry> = startTelemetry(options);
const query: TelemetryQuery = activeTelemetry().query;
const count: number = query.operations().http.count;
const page: string = telemetryPage(query);
// @ts-expect-error no class of a database
activeTelemetry().instrumentDatabase('x');
// @ts-expect-error nothing is any
const wrong: string = query.operations().http.count;
nameRequestRoute('GET', '/notes/:id');
const renders: Policy = { name: 'renders', keep: ({ type }) => (type === 'render' ? KEEP_ALL : undefined) };
const processor = createSamplingProcessor({ rates: 0.1, policies: [renders] });
export { processor, started, count, page, wrong, OPERATION_TYPES };
`;
const ESM = `
import { activeTelemetry, startTelemetry, type Telemetry, type TelemetryOptions } from '${NAME}';
import { nameRequestRoute, telemetryPage } from '${NAME}/kit';
import { OPERATION_TYPES, type TelemetryQuery } from '${NAME}/query';
import { createSamplingProcessor, KEEP_ALL, type Policy } from '${NAME}/sampler';
${USES}`;

const PACKAGES = ['@opentelemetry', 'better-sqlite3', 'koa', '@koa/router', 'express', 'fastify'];

/** Installs the kit beside these packages before the tests of a block, and removes it after them. */
function installed(packages: readonly string[]): { readonly folder: string; files(): readonly string[] } {
  let kit: PackedKit;
  beforeAll(async () => {
    kit = await PackedKit.install(tarball, packages);
    writeFileSync(join(kit.folder, 'package.json'), '{ "type": "module" }');
  });
  afterAll(() => kit.remove());
  return {
    get folder() {
      return kit.folder;
    },
    files: () => kit.files(),
  };
}

describe('the package', () => {
  // Without better-sqlite3 and its types.
  const kit = installed(['@opentelemetry', '@types/node']);

  it('holds compiled files, examples and documents, and no source', () => {
    const files = kit.files();
    for (const file of ['dist/telemetry.js', 'dist/telemetry.d.ts', 'dist/cjs/telemetry.cjs', 'LICENSE'])
      expect(files).toContain(file);
    const others = files.filter(
      (path) => !/^dist\/.*\.(?:js|cjs|d\.ts|d\.cts)$|^examples\/.*\.mjs$/.test(path),
    );
    expect(others).toEqual(['LICENSE', 'README.md', 'package.json']);
  });

  it.each(['nodenext', 'node20'])('compiles in strict apps of both kinds with module %s', async (module) => {
    writeFileSync(join(kit.folder, 'esm.mts'), ESM);
    writeFileSync(join(kit.folder, 'cjs.cts'), ESM);
    const options = ['--noEmit', '--strict', '--exactOptionalPropertyTypes', '--skipLibCheck', 'false'];
    const { stdout } = await run(
      process.execPath,
      [TSC, ...options, '--target', 'es2022', '--types', 'node', '--module', module, 'esm.mts', 'cjs.cts'],
      { cwd: kit.folder },
    ).catch((error: unknown) => error as { readonly stdout: string });
    expect(stdout).toBe('');
  });

  it('is one and the same by require and by import', async () => {
    const program = `
      const required = require('${NAME}');
      import('${NAME}').then(async (imported) => {
        const telemetry = await required.startTelemetry({ env: {} });
        const isOne = imported.activeTelemetry() === telemetry && required.startTelemetry === imported.startTelemetry;
        console.log(isOne, telemetry.query.enabled, typeof require('${NAME}/kit').telemetryPage);
        await telemetry.shutdown();
      });`;
    const { stdout, stderr } = await run(
      process.execPath,
      ['--disable-warning=ExperimentalWarning', '--input-type=commonjs', '--eval', program],
      { cwd: kit.folder },
    );
    expect({ stdout, stderr }).toEqual({ stdout: 'true true function\n', stderr: '' });
  });

  it('says that register is for --import', async () => {
    const required = run(process.execPath, ['--require', `${NAME}/register`, '--eval', '0'], {
      cwd: kit.folder,
    });
    await expect(required).rejects.toThrow('Start telemetry with --import');
  });
});

describe('the examples', () => {
  const kit = installed(PACKAGES);
  let app: ExampleApp | undefined;
  beforeAll(() => cpSync(path('../../otel/examples'), join(kit.folder, 'examples'), { recursive: true }));
  afterEach(() => app?.kill());

  it('in otel/README.md are the fifteen lines of examples/readme.mjs, which run from the tarball alone: the page shows a trace', async () => {
    const lines = /```js\n([^]*?)```/.exec(readFileSync(path('../../otel/README.md'), 'utf8'))![1]!;
    expect(lines).toBe(readFileSync(path('../../otel/examples/readme.mjs'), 'utf8'));
    expect(lines.split('\n').filter((line) => line.trim() !== '').length).toBeLessThanOrEqual(15);
    app = await ExampleApp.start(kit.folder, ['examples/readme.mjs']);
    expect(await app.get('/')).toEqual({ status: 200, text: '<p>a note</p>' });
    const { text } = await app.get('/telemetry');
    expect(rowsOf(text)).toEqual(['GET / 1 0', 'SELECT ? AS text 1 0', 'note 1 0']);
    expect(text).toMatch(
      /<pre id="(\w{32})">\1\n {2}GET \/ {2}[\d.]+ ms\n {4}render note {2}[\d.]+ ms\n {6}SELECT {2}[\d.]+ ms<\/pre>/,
    );
    expect(await app.stop()).toEqual([0, null]);
    expect(app.complaints).toBe('');
  });

  it.each(EXAMPLES)(
    'for %s names routes, folds what is unknown, counts failures, and leaves its page untraced',
    async (name) => {
      app = await ExampleApp.start(kit.folder, [`examples/${name}.mjs`]);
      const { seen, wanted } = await visitExample(app, name);
      expect(seen).toEqual(wanted);
      expect(await app.stop()).toEqual([0, null]);
    },
  );
});
