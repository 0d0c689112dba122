import { describe, expect, it, jest } from '@jest/globals';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { runToEnd } from '../integration/blog-process.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';
import { findReceiver } from './find-receiver.ts';
import { builtPath, RECEIVER_NAMES } from './receivers.ts';

/** Nobody runs it. */
function program(path: string): string {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, '');
  return path;
}
const machine = () => {
  const XDG_CACHE_HOME = temporaryFolder();
  return { XDG_CACHE_HOME, PATH: join(XDG_CACHE_HOME, 'bin') };
};

describe('findReceiver', () => {
  it('prefers what its variable names, then what was built, then what is on PATH', () => {
    const env = machine();
    const onPath = program(join(env.PATH, 'otelcol'));
    expect(findReceiver('otelcol', '', env)).toBe(onPath);
    const built = program(builtPath('otelcol', env));
    expect(findReceiver('otelcol', '', env)).toBe(built);
    const named = program(join(env.XDG_CACHE_HOME, 'mine'));
    expect(findReceiver('otelcol', '', { ...env, OTELCOL_PATH: named })).toBe(named);
  });

  it('fails for a named program that is not there, even if another one is', () => {
    const env = machine();
    program(builtPath('promtool', env));
    const PROMTOOL_PATH = join(env.PATH, 'gone');
    expect(() => findReceiver('promtool', '', { ...env, PROMTOOL_PATH })).toThrow(
      `PROMTOOL_PATH=${PROMTOOL_PATH}`,
    );
  });

  it('says loudly what happens without it; where RECEIVERS names it, that is an error', () => {
    const env = machine();
    const stderr = jest.spyOn(process.stderr, 'write').mockReturnValue(true);
    try {
      expect(findReceiver('jaeger', 'no trace is looked at.', env)).toBeUndefined();
      expect(
        findReceiver('jaeger', 'no trace is looked at.', { ...env, RECEIVERS: 'otelcol' }),
      ).toBeUndefined();
      const said = 'NO JAEGER WAS FOUND: no trace is looked at. For the real one run npm run receivers';
      expect(stderr.mock.calls.map(([text]) => text)).toEqual([
        expect.stringContaining(said),
        expect.stringContaining(said),
      ]);
    } finally {
      stderr.mockRestore();
    }
    expect(() => findReceiver('jaeger', '', { ...env, RECEIVERS: 'otelcol jaeger' })).toThrow(
      'npm run receivers -- jaeger',
    );
  });
});

describe('builtPath', () => {
  it('is in the folder of caches, which has to be absolute, by version', () => {
    const { XDG_CACHE_HOME } = machine();
    expect(builtPath('jaeger', { XDG_CACHE_HOME })).toMatch(
      /\/glasshouse\/receivers\/jaeger-2\.\d+\.\d+-[0-9a-f]{8}\/jaeger(\.exe)?$/,
    );
    expect(builtPath('jaeger', { XDG_CACHE_HOME })).toContain(XDG_CACHE_HOME);
    expect(builtPath('jaeger', { XDG_CACHE_HOME: 'cache' })).toBe(builtPath('jaeger', {}));
  });
});

describe('npm run receivers', () => {
  const run = (env: Readonly<Record<string, string>>) =>
    runToEnd(['--disable-warning=ExperimentalWarning', 'test/receivers/build.ts'], env);

  it('says without Go what is missing, and fails', async () => {
    const { code, output } = await run(machine());
    expect(code).toBe(1);
    expect(output).toBe(
      'No receivers: no Go is on the PATH to build otelcol, jaeger, promtool, prometheus, compose; install 1.26.7 or newer: https://go.dev/dl\n',
    );
  });

  it('leaves what is there, and says so', async () => {
    const env = machine();
    for (const name of RECEIVER_NAMES) program(builtPath(name, env));
    const { code, output } = await run(env);
    expect(code).toBe(0);
    expect(output).toContain(`OTELCOL_PATH=${builtPath('otelcol', env)}\n`);
    expect(output.trimEnd().split('\n').at(-1)).toBe(
      'Receivers are there: otelcol, jaeger, promtool, prometheus, compose; built now: nothing.',
    );
  });

  it('builds what is named alone, and knows what there is', async () => {
    const env = machine();
    program(builtPath('jaeger', env));
    const named = ['--disable-warning=ExperimentalWarning', 'test/receivers/build.ts', 'jaeger'];
    const { code, output } = await runToEnd(named, env);
    expect(code).toBe(0);
    expect(output.trimEnd().split('\n').at(-1)).toBe('Receivers are there: jaeger; built now: nothing.');
    const wrong = await runToEnd([...named, 'zipkin'], env);
    expect(wrong.code).toBe(1);
    expect(wrong.output).toContain('no receiver is called zipkin; there are otelcol, jaeger,');
  });

  it('says what failed, and leaves nothing half built', async () => {
    const env = machine();
    for (const name of RECEIVER_NAMES.slice(1)) program(builtPath(name, env));
    const { code, output } = await run({ ...env, PATH: dirname(program(join(env.PATH, 'go'))) });
    expect(code).toBe(1);
    expect(output).toMatch(/\nNo receivers: .+\n$/);
    expect(readdirSync(join(env.XDG_CACHE_HOME, 'glasshouse', 'receivers'))).toHaveLength(
      RECEIVER_NAMES.length - 1,
    );
  });
});
