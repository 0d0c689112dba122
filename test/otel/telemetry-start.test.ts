import { mkdir, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { reportOf, runProgram } from './run-program.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';

let folder: string;
beforeAll(async () => {
  folder = temporaryFolder();
});

/** Packages loaded by a router of the blog, with telemetry or without. */
const LIGHT = ['@opentelemetry/api', '@opentelemetry/core', '@opentelemetry/semantic-conventions'];

/** A module for `--import` that prints imports from @opentelemetry, and makes one of them fail to load. */
async function importSpy(failing?: string): Promise<string> {
  const file = join(folder, `spy-${failing === undefined ? 'none' : 'sdk'}.mjs`);
  await writeFile(
    file,
    `import { registerHooks } from 'node:module';
     registerHooks({
       resolve(specifier, context, next) {
         if (specifier === ${JSON.stringify(failing ?? '')}) throw new Error('disk on fire');
         if (/^@opentelemetry|^import-in|^require-in/.test(specifier)) process.stderr.write(specifier + '\\n');
         return next(specifier, context);
       },
     });`,
  );
  return file;
}

describe('register.ts', () => {
  it('stops on METRICS_SAMPLING_RATES and names METRICS_SAMPLING_RATE', async () => {
    const { code, stdout, stderr } = await runProgram({ METRICS_SAMPLING_RATES: '0.25' });
    expect(code).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toBe(
      'A telemetry setting cannot be used:\n' +
        '  METRICS_SAMPLING_RATES="0.25" (environment): unknown setting; did you mean METRICS_SAMPLING_RATE?\n',
    );
  });

  it('stops with all problems at once, without a stack', async () => {
    const { code, stderr } = await runProgram({
      METRICS_SAMPLING_RATE: 'databse=0.1',
      METRICS_BUFFER_SIZE: 'abc',
      METRICS_EXPORT_SAMPLING_RATE: '1.5',
    });
    expect(code).toBe(1);
    expect(stderr.trimEnd().split('\n')).toHaveLength(4);
    expect(stderr).toContain('did you mean database?');
    expect(stderr).not.toMatch(/^\s+at /m);
  });

  it('starts: every operation is counted, addresses of the observatory are not', async () => {
    const report = await reportOf({ METRICS_SAMPLING_RATE: '0.25' });
    expect(report).toMatchObject({
      enabled: true,
      counts: { http: 5, database: 6, render: 5, other: 0 },
      faults: [],
      exports: [],
      business: [{ name: 'program.starts', attributes: {}, value: 1 }],
      settings: expect.arrayContaining([
        expect.objectContaining({ name: 'METRICS_SAMPLING_RATE', value: '0.25', source: 'environment' }),
      ]),
    });
    const { started, live, kept, dropped } = report.spans;
    const settled = [...Object.values(kept), ...Object.values(dropped)].reduce((sum, n) => sum + n, 0);
    expect({ started, live }).toEqual({ started: settled, live: 0 });
  });

  it('opens no connection if no endpoint is set', async () => {
    const spy = join(folder, 'connections.mjs');
    await writeFile(
      spy,
      `import { Socket } from 'node:net';
       const { connect } = Socket.prototype;
       Socket.prototype.connect = function (...args) {
         const [options] = [args].flat(2);
         process.stderr.write('connect ' + options.port + '\\n');
         return connect.apply(this, args);
       };`,
    );
    const { stdout, stderr } = await runProgram({}, { imports: [spy] });
    const { port } = JSON.parse(stdout) as { port: number };
    expect(new Set(stderr.trim().split('\n'))).toEqual(new Set([`connect ${port}`]));
  });

  it('reads .env in the working directory, OTEL_* for the SDK as well, and lets the environment win', async () => {
    await writeFile(
      join(folder, '.env'),
      '\uFEFFMETRICS_BUFFER_SIZE=7\r\nMETRICS_HISTORY_DAYS="3"\nOTEL_SERVICE_NAME=from-file\nOTEL_SDK_DISABLED=false\n',
    );
    const { settings } = await reportOf({ METRICS_HISTORY_DAYS: '4' }, { cwd: folder });
    expect(settings.map(({ name, value, source }) => `${name}=${value} (${source})`)).toEqual([
      'METRICS_BUFFER_SIZE=7 (.env)',
      'METRICS_LOOP_STALL=0 (environment)',
      'METRICS_HISTORY_DAYS=4 (environment)',
      'OTEL_SDK_DISABLED=false (.env)',
      'OTEL_SERVICE_NAME=from-file (.env)',
    ]);
    await rm(join(folder, '.env'));
  });

  it('treats a folder named .env as no settings', async () => {
    const cwd = temporaryFolder();
    await mkdir(join(cwd, '.env'));
    expect(await reportOf({}, { cwd })).toMatchObject({ enabled: true, faults: [] });
  });

  it('stops on an unreadable .env, without a stack', async () => {
    const cwd = temporaryFolder();
    await symlink('.env', join(cwd, '.env'));
    const { code, stdout, stderr } = await runProgram({}, { cwd });
    expect({ code, stdout, stderr }).toEqual({
      code: 1,
      stdout: '',
      stderr: 'A telemetry setting cannot be used:\n  .env=(unread) (.env): the file cannot be read: ELOOP\n',
    });
  });

  it('keeps traces across a restart in DATA_DIR, and its own writes are not recorded', async () => {
    const env = { METRICS_HISTORY_DAYS: '1', DATA_DIR: join(folder, 'restarted') };
    const first = await reportOf(env);
    const second = await reportOf(env);
    expect([first.traces, second.traces]).toEqual([6, 12]);
    expect([first, second].map(({ faults }) => faults)).toEqual([[], []]);
    expect([first, second].map(({ counts }) => counts['database'])).toEqual([6, 6]);
    expect(await readdir(join(folder, 'restarted'))).toContain('telemetry.sqlite');
  });

  it.each([{ METRICS_ENABLED: 'false' }, { OTEL_SDK_DISABLED: 'true' }])(
    'with %j loads no SDK, patches nothing, and the app runs',
    async (env) => {
      const { code, stdout, stderr } = await runProgram(
        { ...env, OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' },
        { imports: [await importSpy()] },
      );
      expect(code).toBe(0);
      expect(JSON.parse(stdout)).toMatchObject({
        enabled: false,
        counts: { http: 0, database: 0, render: 0, other: 0 },
        spans: { started: 0 },
        exports: [],
        business: [],
      });
      expect([...new Set(stderr.trim().split('\n'))].filter((name) => !LIGHT.includes(name))).toEqual([]);
    },
  );

  it('logs in one line that it did not start, and the app runs without it', async () => {
    const { code, stdout, stderr } = await runProgram(
      {},
      { imports: [await importSpy('@opentelemetry/sdk-metrics')] },
    );
    expect(code).toBe(0);
    expect(stderr.split('\n').filter((line) => !line.startsWith('@'))).toEqual([
      'telemetry did not start and is off: disk on fire',
      '',
    ]);
    expect(JSON.parse(stdout)).toMatchObject({
      enabled: false,
      faults: [{ place: 'start', count: 1, lastMessage: 'disk on fire' }],
    });
  });

  it('warns of an invalid OTEL_* value and continues', async () => {
    const { code, stderr } = await runProgram({ OTEL_BSP_MAX_QUEUE_SIZE: 'many' });
    expect(code).toBe(0);
    expect(stderr).toContain(
      'OTEL_BSP_MAX_QUEUE_SIZE="many" (environment): expected a whole number of spans',
    );
  });
});
