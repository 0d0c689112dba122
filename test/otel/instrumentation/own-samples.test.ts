import { describe, expect, it } from '@jest/globals';
import { FrameNames } from '../../../otel/instrumentation/frame-names.ts';
import { OwnSamples } from '../../../otel/instrumentation/own-samples.ts';
import { type ReadRequest, SAMPLE_MICROS } from '../../../otel/instrumentation/stall-messages.ts';
import { profileOf } from './sampled-profile.ts';

const names = new FrameNames('/srv/app', '/srv/app/node_modules/kit/dist');
const APP = 'file:///srv/app/src/rank.ts';
const KIT = 'file:///srv/app/node_modules/kit/dist';
const handle = `handle ${APP} 10`;
const rank = `rankListens ${APP} 12`;
const parse = 'parse file:///srv/app/node_modules/parser/index.js 5';
const IDLE = ['(idle)'];
const GC = ['(garbage collector)'];
const timers = ['processTimers node:internal/timers 520', 'listOnTimeout node:internal/timers 540'];
const promises = 'runNextTicks node:internal/process/task_queues 60';

/** From the first of these samples to the last, both included. */
const between = (from: number, to: number): readonly number[] => [
  (from - 0.5) * SAMPLE_MICROS,
  (to + 0.5) * SAMPLE_MICROS,
];

function read(
  paths: readonly (readonly string[])[],
  own: readonly number[] = between(0, paths.length - 1),
  alone = own,
  latest: readonly number[] = [],
): ReadRequest {
  return new OwnSamples([profileOf(paths)], names).of({ id: 1, own, alone, latest });
}

const seen = ({ functions }: ReadRequest): readonly string[] =>
  functions.map(({ place, samples }) => `${place.name} ${place.location} ${samples}`);

describe('the samples of a request', () => {
  it('name the innermost function of the app where it begins, and its callers', () => {
    const said = read([[handle, rank, parse], [handle, rank], [handle], IDLE]);
    expect(seen(said)).toEqual(['rankListens src/rank.ts:12 2', 'handle src/rank.ts:10 1']);
    expect(said.functions[0]?.callers.map(({ name }) => name)).toEqual(['handle']);
    expect(said).toMatchObject({ id: 1, everyMillis: SAMPLE_MICROS / 1000, samples: 4, idle: 1, others: 0 });
  });

  it('are due as often as they were asked for, however few a busy machine took', () => {
    const profile = profileOf([[rank], [rank], [rank]]);
    const timeDeltas = profile.timeDeltas!.map((each) => 3 * each);
    const own = between(0, 6);
    const asked = { id: 1, own, alone: own, latest: [] };
    expect(new OwnSamples([{ ...profile, timeDeltas }], names).of(asked)).toMatchObject({
      everyMillis: SAMPLE_MICROS / 1000,
      samples: 3,
    });
  });

  it('are those of its own time: of a child span in between it has none', () => {
    const said = read([[handle], [rank], [rank], [handle]], [...between(0, 0), ...between(3, 3)]);
    expect([seen(said), said.samples]).toEqual([['handle src/rank.ts:10 2'], 2]);
  });

  it('are nobody’s while another request was open, but sleeping is sleeping', () => {
    const said = read([[rank], [rank], IDLE, [rank]], between(0, 3), between(3, 3));
    expect(said).toMatchObject({ samples: 4, shared: 2, idle: 1 });
    expect(seen(said)).toEqual(['rankListens src/rank.ts:12 1']);
  });

  it('are its own with others open, if the parser called the handler and none had begun later', () => {
    const called = ['parserOnIncoming node:_http_server 1200', handle, rank];
    // Others are open all the time; the next begins after the second sample.
    const said = read([called, [handle, rank], called], between(0, 2), [], between(0, 1));
    expect([seen(said), said.shared, said.theirs]).toEqual([['rankListens src/rank.ts:12 1'], 2, 1]);
    const other = ['parserOnIncoming file:///srv/app/src/server.ts 12', rank];
    expect(read([other], between(0, 0), [], between(0, 0))).toMatchObject({
      shared: 1,
      theirs: 0,
      functions: [],
    });
  });

  it.each([
    ['a timer calls', [...timers, rank]],
    ['an immediate calls', ['processImmediate node:internal/timers 450', rank]],
    ['runs outside of every trace', [handle, `untraced ${KIT}/untraced.js 6`, rank]],
  ])('are nobody’s in what %s', (_, path) => {
    expect(read([path, path])).toMatchObject({ samples: 2, shared: 2, functions: [] });
  });

  it('are its own in what goes on by a promise, after a timer too', () => {
    expect(seen(read([[...timers, promises, rank]]))).toEqual(['rankListens src/rank.ts:12 1']);
  });

  it('count collecting garbage for what made it, and what only the kit did for nobody', () => {
    const said = read([GC, [rank], GC, [`settle ${KIT}/settle.js 3`], GC, IDLE, GC]);
    expect(seen(said)).toEqual(['rankListens src/rank.ts:12 2']);
    // Before the first function, of the kit's own, and after sleeping.
    expect(said).toMatchObject({ samples: 7, idle: 1, others: 4 });
  });

  it('count none of it for a function that ran for another request before', () => {
    // Alone from the second sample on.
    const said = read([[rank], GC, ['(program)'], [handle], GC], between(0, 4), between(1, 4));
    expect(seen(said)).toEqual(['handle src/rank.ts:10 2']);
    expect(said).toMatchObject({ samples: 5, shared: 1, others: 2 });
  });

  it('name three functions; the rest is counted', () => {
    const paths = ['a', 'b', 'c', 'd', 'e'].flatMap((name, index) =>
      Array.from({ length: 5 - index }, () => [`${name} ${APP} ${index + 1}`]),
    );
    const said = read(paths);
    expect(said.functions.map(({ place, samples }) => [place.name, samples])).toEqual([
      ['a', 5],
      ['b', 4],
      ['c', 3],
    ]);
    expect([said.samples, said.others]).toEqual([15, 3]);
  });

  it('are taken once from two profiles that overlap', () => {
    const first = profileOf([IDLE, [rank], [rank]]);
    const second = profileOf([[rank], [rank], [rank], IDLE], 1.2 * SAMPLE_MICROS);
    const samples = new OwnSamples([first, second], names);
    // Two of the first; of the second those after it.
    expect(samples.of({ id: 1, own: between(0, 9), alone: between(0, 9), latest: [] })).toMatchObject({
      samples: 6,
      idle: 2,
      functions: [{ samples: 4 }],
    });
  });

  it('are none outside of the profiles, and without any', () => {
    expect(read([[rank]], between(5, 9))).toMatchObject({ samples: 0, functions: [] });
    expect(new OwnSamples([], names).of({ id: 1, own: between(0, 9), alone: [], latest: [] }).samples).toBe(
      0,
    );
  });
});
