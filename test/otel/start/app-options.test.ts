import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { optionsOfApp } from '../../../otel/start/app-options.ts';
import { BARE_ENVIRONMENT } from '../../fixtures/bare-environment.ts';
import { temporaryFolder } from '../../fixtures/temporary-folder.ts';

const REGISTER = fileURLToPath(new URL('../../../otel/register.ts', import.meta.url));
let root: string;
let folder: string;
beforeAll(() => {
  root = temporaryFolder();
});
beforeEach(() => {
  folder = temporaryFolder();
});

function write(name: string, text: string): string {
  const file = join(folder, name);
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, text);
  return file;
}

describe('the options of an app for telemetry that starts before it', () => {
  it('are empty if its package.json names no file', async () => {
    for (const text of ['{}', '{ "telemetry": 1 }', '[]', 'null']) {
      write('package.json', text);
      expect(await optionsOfApp(join(folder, 'app.js'))).toEqual({});
    }
  });

  it('come from the file that the nearest package.json above the script names, wherever it is started', async () => {
    write('package.json', '{ "telemetry": "./settings/telemetry.mjs" }');
    write('settings/telemetry.mjs', "export const telemetryOptions = { serviceName: 'notes' };");
    expect(await optionsOfApp(join(folder, 'bin/deep/app.js'))).toEqual({ serviceName: 'notes' });
    write('bin/package.json', '{ "type": "module" }');
    expect(await optionsOfApp(join(folder, 'bin/deep/app.js'))).toEqual({});
  });

  it('are applied by register.ts, and an unknown setting only warns', async () => {
    write('package.json', '{ "type": "module", "telemetry": "./telemetry.js" }');
    write('telemetry.js', "export const telemetryOptions = { serviceName: 'notes' };");
    const app = write(
      'app.js',
      `const { trace } = await import(${JSON.stringify(import.meta.resolve('@opentelemetry/api'))});
       const span = trace.getTracer('app').startSpan('work');
       console.log(span.isRecording(), span.resource.attributes['service.name']);
       process.exit(0);`,
    );
    const { stdout, stderr } = await run(['--import', REGISTER, app], { METRICS_SAMPLING_RATES: '1' });
    expect(stdout).toBe('true notes\n');
    expect(stderr).toMatch(/^METRICS_SAMPLING_RATES="1" \(environment\): unknown setting; .*\n$/);
  });

  it.each([
    { file: undefined, complaint: /Cannot find module/ },
    { file: 'export const options = {};', complaint: /exports no telemetryOptions\n$/ },
  ])('stops the start in words when it cannot be used: $complaint', async ({ file, complaint }) => {
    write('package.json', '{ "type": "module", "telemetry": "./telemetry.js" }');
    if (file !== undefined) write('telemetry.js', file);
    const app = write('app.js', "console.log('started');");
    const failed = (await run(['--import', REGISTER, app]).catch((error: unknown) => error)) as {
      readonly code: number;
      readonly stdout: string;
      readonly stderr: string;
    };
    expect(failed).toMatchObject({ code: 1, stdout: '', stderr: expect.stringMatching(complaint) });
    expect(failed.stderr.trimEnd().split('\n')).toHaveLength(1);
  });
});

function run(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  return promisify(execFile)(process.execPath, ['--disable-warning=ExperimentalWarning', ...args], {
    cwd: root,
    env: { ...BARE_ENVIRONMENT, ...env },
  });
}
