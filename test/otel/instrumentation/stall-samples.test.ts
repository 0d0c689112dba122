import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { FrameNames } from '../../../otel/instrumentation/frame-names.ts';
import { FunctionLines } from '../../../otel/instrumentation/function-lines.ts';
import { StackLines } from '../../../otel/instrumentation/stack-lines.ts';
import { SAMPLE_MICROS, type SampledStall } from '../../../otel/instrumentation/stall-messages.ts';
import { sampledStall } from '../../../otel/instrumentation/stall-samples.ts';
import { profileOf } from './sampled-profile.ts';

const APP = 'file:///srv/app/src/page.ts';
const own = new FunctionLines();
const names = new FrameNames('/srv/app', '/srv/app/node_modules/kit/dist');
const STACK = `Error: probe
    at StallWatch.probe (file:///srv/app/node_modules/kit/dist/watch.js:7:1)
    at Page.render [as draw] (${APP}:31:9)
    at async handle (${APP}:12:3)
    at file:///srv/app/src/main.ts:3:1`;

const stall = (paths: readonly (readonly string[])[], stack?: string): SampledStall =>
  sampledStall([profileOf(paths)], 0, paths.length * SAMPLE_MICROS, {
    names,
    lines: new StackLines(stack),
    own,
  });

const handle = `handle ${APP} 10`;
const render = `render ${APP} 30`;
const join = 'join file:///srv/app/node_modules/joiner/index.js 5';
const kit = 'note file:///srv/app/node_modules/kit/dist/notes.js 2';
const untraced = 'untraced file:///srv/app/node_modules/kit/dist/base/untraced.js 5';
const keepsContext = 'with file:///srv/app/node_modules/kit/dist/instrumentation/context-manager.js 20';
const observes = 'observeCall file:///srv/app/node_modules/kit/dist/instrumentation/database-observer.js 9';
const withContext = 'with file:///srv/app/node_modules/@opentelemetry/api/dist/api/context.mjs 45';
const COMPOSE = 'node_modules/koa-compose/index.js';
const dispatch = `dispatch file:///srv/app/${COMPOSE} 40`;
const IDLE = ['(idle)'];
const GC = ['(garbage collector)'];

describe('the samples of a stall', () => {
  it('are of no request if most of them are outside of every trace, whichever function that calls', () => {
    const drawn = ['run node:timers 9', untraced, withContext, keepsContext, render, join];
    expect(stall([IDLE, drawn, GC, [handle, render]]).isUntraced).toBe(true);
    expect(stall([IDLE, drawn, [handle, render], [handle, render]]).isUntraced).toBe(false);
    expect(stall([IDLE]).isUntraced).toBe(false);
  });

  it.each([
    [
      'the function of the app, though a package ran for it',
      [handle, render, join],
      'render src/page.ts:30',
      'app',
    ],
    [
      'a package, if nothing of the app is below it',
      ['run node:timers 9', join],
      'join node_modules/joiner/index.js:5',
      'package',
    ],
    [
      'the kit, if it did it by itself',
      ['run node:timers 9', kit],
      'note node_modules/kit/dist/notes.js:2',
      'kit',
    ],
    ['Node, if there is nothing else', ['run node:timers 9'], 'run node:timers:9', 'node'],
    [
      'telemetry, not what keeps its context',
      ['run node:timers 9', kit, withContext, keepsContext, 'run node:internal/async_local_storage 5'],
      'note node_modules/kit/dist/notes.js:2',
      'kit',
    ],
    [
      'telemetry, not a package that it works with',
      ['run node:timers 9', untraced, withContext, keepsContext, kit, join],
      'note node_modules/kit/dist/notes.js:2',
      'kit',
    ],
    [
      'telemetry, not what of it measures a statement that it runs',
      ['run node:timers 9', untraced, withContext, kit, observes, join],
      'note node_modules/kit/dist/notes.js:2',
      'kit',
    ],
    [
      'OpenTelemetry as telemetry',
      ['run node:timers 9', 'send file:///srv/app/node_modules/@opentelemetry/sdk-logs/build/b.js 7'],
      'send node_modules/@opentelemetry/sdk-logs/build/b.js:7',
      'kit',
    ],
    [
      'the package that did the work, not what passes on to it or lies below',
      ['run node:timers 9', dispatch, join, withContext, keepsContext, dispatch],
      'join node_modules/joiner/index.js:5',
      'package',
    ],
    ['what only passes on, if there is nothing but that', [dispatch], `dispatch ${COMPOSE}:40`, 'package'],
  ])('name %s', (_, path, expected, origin) => {
    const { place, placeShare } = stall([path, path]);
    expect(`${place?.name} ${place?.location}`).toBe(expected);
    expect([place?.origin, placeShare]).toEqual([origin, 1]);
  });

  it('begin when the loop last slept, and name what most of them were in', () => {
    const { startMicros, place, placeShare, sampledShare } = stall([
      [render],
      IDLE,
      [handle],
      [render],
      [render],
    ]);
    expect([startMicros, place?.name, placeShare]).toEqual([1.5 * SAMPLE_MICROS, 'render', 2 / 3]);
    // Three in three and a half intervals.
    expect(sampledShare).toBeCloseTo(6 / 7);
  });

  it('do not shorten a stall of which the first ones are missing', () => {
    // A stall of 7.5 intervals, as the shortest that was planted; on a busy machine the sampler came late.
    const late = profileOf([IDLE, [render], [render], [render], [render]]);
    const profile = { ...late, timeDeltas: [0, 4 * SAMPLE_MICROS, ...late.timeDeltas!.slice(2)] };
    const toMicros = 7.5 * SAMPLE_MICROS;
    const { startMicros, sampledShare } = sampledStall([profile], 0, toMicros, {
      names,
      lines: new StackLines(),
      own,
    });
    expect([startMicros, sampledShare]).toEqual([0, 4 / 7.5]);
  });

  it('name the inner one of two functions with as many samples', () => {
    expect(stall([IDLE, [handle], [handle, render]]).place?.name).toBe('render');
  });

  it('count garbage for the function that made it', () => {
    const { place, placeShare } = stall([IDLE, [handle], [render], GC, GC]);
    expect([place?.name, placeShare]).toEqual(['render', 3 / 4]);
    expect(stall([IDLE, GC, [render]]).placeShare).toBe(1);
    expect(stall([IDLE, GC]).place).toBeUndefined();
  });

  it('have no place if there are none', () => {
    expect(stall([])).toEqual({
      startMicros: 0,
      place: undefined,
      placeShare: 0,
      sampledShare: 0,
      callers: [],
      isUntraced: false,
    });
  });

  it('are read from both profiles if one was replaced meanwhile', () => {
    const profiles = [profileOf([IDLE, [render]]), profileOf([[render], [handle]], 2 * SAMPLE_MICROS)];
    const words = { names, lines: new StackLines(), own };
    expect(sampledStall(profiles, 0, 5 * SAMPLE_MICROS, words).placeShare).toBe(2 / 3);
  });

  it('take the line of a function that called another from the stack of the probe', () => {
    const { place, callers } = stall([[handle, render, join]], STACK);
    expect([place?.line, callers.map(({ line }) => line)]).toEqual([31, [12]]);
    // The place is where a function begins, as in own code and profiles.
    expect([place?.location, callers.map(({ location }) => location)]).toEqual([
      'src/page.ts:30',
      ['src/page.ts:10'],
    ]);
  });

  it('of one function are one place, whichever line they were in, and whether it called another', () => {
    const profile = profileOf([
      [handle, render],
      [handle, render],
      [handle, render, join],
    ]);
    const node = profile.nodes.find(({ callFrame }) => callFrame.functionName === 'render')!;
    node.positionTicks = [{ line: 31, ticks: 2 }];
    const words = { names, lines: new StackLines(STACK.replace(':31:', ':33:')), own };
    const { place, placeShare } = sampledStall([profile], 0, 3 * SAMPLE_MICROS, words);
    expect([place?.location, place?.line, placeShare]).toEqual(['src/page.ts:30', 31, 1]);
  });

  it('tell no path outside the program', () => {
    const away = [
      'away file:///elsewhere/secret/away.js 4',
      'gone file:///elsewhere/node_modules/gone/g.js 2',
    ];
    expect(stall([away]).place?.location).toBe('away.js:4');
    expect(stall([[away[1]!]]).place?.location).toBe('node_modules/gone/g.js:2');
  });
});

describe('the lines of a stack', () => {
  it('are none in a format of an app', () => {
    expect(new StackLines('anything else').of('render', APP)).toBeUndefined();
    expect(new StackLines(undefined).of('render', APP)).toBeUndefined();
  });

  it('of a function that calls itself are the innermost', () => {
    const twice = `Error\n    at walk (${APP}:5:1)\n    at walk (${APP}:9:1)`;
    expect(new StackLines(twice).of('walk', APP)).toBe(5);
  });

  it('has no line that the compiler inlined from elsewhere', () => {
    const profile = profileOf([[handle, render]]);
    const node = profile.nodes.find(({ callFrame }) => callFrame.functionName === 'render')!;
    node.positionTicks = [
      { line: 5, ticks: 100 },
      { line: 31, ticks: 3 },
    ];
    const words = { names, lines: new StackLines(), own };
    expect(sampledStall([profile], 0, SAMPLE_MICROS, words).place?.line).toBe(31);
  });
});

describe('FrameNames', () => {
  it('names a file of this program in another folder, as of the deployment before, as the one here', () => {
    const here = new FrameNames(fileURLToPath(new URL('../../../', import.meta.url)), '/kit');
    const at = (url: string): string | undefined =>
      here.of({ functionName: 'read', scriptId: '', url, lineNumber: 70, columnNumber: 0 }).location;
    expect(at('file:///srv/releases/7/src/posts/post-store.ts')).toBe('src/posts/post-store.ts:71');
    expect(at('/srv/other/elsewhere.ts')).toBe('elsewhere.ts:71');
    expect(at('/srv/../../src/posts/post-store.ts')).toBe('post-store.ts:71');
  });
});
