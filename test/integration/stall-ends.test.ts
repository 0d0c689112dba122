import type { Profiler } from 'node:inspector';
import { describe, expect, it } from '@jest/globals';
import type { TakenProfile } from '../../otel/query.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';
import { runToEnd, BlogProcess, WATCHED } from './blog-process.ts';

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

  it.each([
    ['exits', 'setTimeout(() => process.exit(3), 200);', 3, 'watching\n'],
    [
      'stops telemetry',
      'await telemetry.shutdown(); console.log(telemetry.query.profiles().failed.reason);',
      0,
      'watching\ntelemetry was stopped\n',
    ],
  ])('ends as any other if it %s in the middle of a profile', async (_, then, code, output) => {
    expect(await run(`telemetry.control.startProfile(60); ${then}`)).toEqual({ code, output });
  });

  it('ends as any other if it throws', async () => {
    const { code, output } = await run(`throw new Error('planted')`);
    expect(code).toBe(1);
    expect(output).toContain('Error: planted');
    expect(output).not.toContain('debugger');
  });

  it('ends at once when it is killed', async () => {
    const blog = await BlogProcess.start(temporaryFolder(), WATCHED);
    expect(await blog.stop('SIGKILL')).toBeNull();
  });
});

describe('a profile on demand', () => {
  it('has a planted hot function as the widest, and a file in the format of Chromium', async () => {
    const { code, output } = await run(`
      function planted(millis) {
        for (const end = performance.now() + millis; performance.now() < end; );
      }
      function other() {
        planted(1);
      }
      const work = setInterval(() => (planted(14), other()), 20);
      console.log(telemetry.control.startProfile(61), '|', telemetry.control.startProfile(NaN));
      console.log(telemetry.control.startProfile(1), '|', telemetry.control.startProfile(1));
      console.log(telemetry.query.profiles().running.seconds);
      const awaited = setInterval(() => {
        const { kept, running, failed } = telemetry.query.profiles();
        if (running !== undefined) return;
        clearInterval(work);
        clearInterval(awaited);
        console.log(JSON.stringify({ failed, profile: kept[0], file: JSON.parse(telemetry.query.profileFile(kept[0].id)) }));
      }, 20);`);
    const [, refused, started, seconds, result = ''] = output.split('\n');
    expect([code, refused, started, seconds]).toEqual([
      0,
      'a profile lasts 1 to 60 seconds | a profile lasts 1 to 60 seconds',
      'undefined | a profile is being taken: only one runs at a time',
      '1',
    ]);
    const { failed, profile, file }: { failed?: unknown; profile: TakenProfile; file: Profiler.Profile } =
      JSON.parse(result);
    expect(failed).toBeUndefined();
    const { functions, frames, busyMillis, idleMillis, durationMillis } = profile;
    expect(functions[0]).toMatchObject({ name: 'planted', origin: 'app' });
    expect(functions[0]!.causedMillis).toBeGreaterThan(busyMillis / 2);
    const widest = frames.toSorted((a, b) => b.selfMillis - a.selfMillis)[0];
    expect(['planted', 'now']).toContain(widest?.name);
    expect(busyMillis + idleMillis).toBeCloseTo(durationMillis, 3);
    expect(busyMillis).toBeGreaterThan(0);
    expect(idleMillis).toBeGreaterThan(0);

    const { nodes, samples = [], timeDeltas = [], startTime, endTime } = file;
    const ids = new Set(nodes.map(({ id }) => id));
    expect(ids.size).toBe(nodes.length);
    expect(samples.length).toBe(timeDeltas.length);
    expect(samples.length).toBe(profile.samples);
    expect(samples.every((id) => ids.has(id))).toBe(true);
    expect(nodes.flatMap(({ children = [] }) => children).every((id) => ids.has(id))).toBe(true);
    expect(endTime).toBeGreaterThan(startTime);
    const end = timeDeltas.reduce((at, delta) => at + delta, startTime);
    expect(end).toBeLessThanOrEqual(endTime);
    expect(nodes.some(({ callFrame }) => callFrame.functionName === 'planted')).toBe(true);
    expect(nodes.filter(({ callFrame }) => callFrame.url.startsWith('file:'))).toEqual([]);
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
