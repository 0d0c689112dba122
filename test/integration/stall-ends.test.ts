import { describe, expect, it } from '@jest/globals';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';
import { runToEnd, BlogProcess } from './blog-process.ts';

/** Starts telemetry, waits until the loop is watched, and then does what it is told. */
const program = (then: string): string => `
  import { startTelemetry } from './otel/telemetry.ts';
  import { readdirSync } from 'node:fs';
  const telemetry = await startTelemetry({ env: process.env });
  const range = { fromMillis: 0, toMillis: Infinity };
  const alive = setInterval(async () => {
    const { watch } = telemetry.query.stalls(range);
    if (watch.is === 'starting') return;
    clearInterval(alive);
    console.log(watch.is + (watch.reason === undefined ? '' : ': ' + watch.reason));
    ${then}
  }, 20);`;

const run = (
  then: string,
  { env = {}, flags = [] }: { env?: Record<string, string>; flags?: readonly string[] } = {},
): ReturnType<typeof runToEnd> =>
  runToEnd(
    ['--disable-warning=ExperimentalWarning', ...flags, '--input-type=module', '-e', program(then)],
    env,
  );

describe('a process whose event loop is watched', () => {
  it.each([
    ['runs out of work', '', 0],
    ['exits', 'process.exit(3)', 3],
    [
      'stops telemetry first',
      'await telemetry.shutdown(); console.log(telemetry.query.stalls(range).watch.is)',
      0,
    ],
  ])('ends as any other if it %s', async (_, then, code) => {
    const ended = await run(then);
    expect(ended).toEqual({ code, output: then.includes('shutdown') ? 'watching\noff\n' : 'watching\n' });
  });

  it('ends as any other if it throws', async () => {
    const { code, output } = await run(`throw new Error('planted')`);
    expect(code).toBe(1);
    expect(output).toContain('Error: planted');
    expect(output).not.toContain('debugger');
  });

  it('ends at once when it is killed', async () => {
    const blog = await BlogProcess.start(temporaryFolder());
    expect(await blog.stop('SIGKILL')).toBeNull();
  });
});

describe('the watch', () => {
  it.each([
    ['METRICS_LOOP_STALL is 0', { METRICS_LOOP_STALL: '0' }],
    ['runtime samples are off', { METRICS_MEMORY_INTERVAL: '0' }],
    ['telemetry is off', { METRICS_ENABLED: 'false' }],
  ])('has no thread if %s', async (_, env) => {
    const { output } = await run(
      `console.log(process.getActiveResourcesInfo().filter((each) => /Port|Worker/.test(each)).length)`,
      { env },
    );
    expect(output).toBe('off\n0\n');
  });

  it('steps aside for a person with the inspector, and says so', async () => {
    const { output } = await run('', { flags: ['--inspect=127.0.0.1:0'] });
    expect(output).toContain('aside: the inspector of this process is open\n');
  });

  it('comes back when the inspector is closed', async () => {
    const { code, output } = await run(
      `const inspector = await import('node:inspector');
       const until = (is) => new Promise((resolve) => {
         const timer = setInterval(() => {
           if (telemetry.query.stalls(range).watch.is !== is) return;
           clearInterval(timer);
           console.log(is);
           resolve();
         }, 20);
       });
       inspector.open(0, '127.0.0.1');
       await until('aside');
       inspector.close();
       await until('watching');`,
    );
    expect([code, output.match(/^(watching|aside)$/gm)]).toEqual([0, ['watching', 'aside', 'watching']]);
  });

  it('counts and shows its own failure, and the process goes on', async () => {
    const { code, output } = await run(
      `console.log(JSON.stringify(telemetry.query.faults().map(({ place, count }) => [place, count])));`,
      { flags: ['--import', './test/integration/no-inspector.ts'] },
    );
    expect(code).toBe(0);
    expect(output).toContain('failed: no inspector here\n');
    expect(output).toContain('[["stall watch",1]]\n');
  });
});
