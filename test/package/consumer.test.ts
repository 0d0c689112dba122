import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { NAME, PackedKit } from './packed-kit.ts';

const run = promisify(execFile);
const TSC = fileURLToPath(new URL('../../node_modules/typescript/bin/tsc', import.meta.url));

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

/** Stands where better-sqlite3 is not installed, and its types are not either. */
let kit: PackedKit;
beforeAll(async () => {
  kit = await PackedKit.install(['@opentelemetry', '@types/node']);
  writeFileSync(join(kit.folder, 'package.json'), '{ "type": "module" }');
});
afterAll(() => kit.remove());

describe('the package', () => {
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
