import { describe, expect, it } from '@jest/globals';
import type { Marker, RuntimeSample, Stall, TakenHeapProfile } from '../../../../otel/query.ts';
import { Links } from '../../../../src/observatory/links.ts';
import type { MemoryFacts } from '../../../../src/observatory/sentences/memory-sentence.ts';
import { HEAP_PROFILE } from '../../../fixtures/busy-blog.ts';
import { momentText } from '../../../../src/observatory/format/moment.ts';
import { longestTurn } from '../../../../src/observatory/facts/blocked-turns.ts';
import { openFilesOf } from '../../../../src/observatory/facts/open-files.ts';
import { processSentence } from '../../../../src/observatory/sentences/process-sentence.ts';
import {
  type Sentence,
  type SentencePart,
  sentenceText,
} from '../../../../src/observatory/sentences/sentence.ts';
import { chooseRange } from '../../../../src/observatory/facts/time-range.ts';
import { MeasuredBlog } from '../../../fixtures/measured-blog.ts';
import { NOW } from '../../../fixtures/still-runtime.ts';
import { GROWING_MEMORY, memoryOf, stallOf } from './situations.ts';

const MINUTE = 60_000;
const UNKNOWN =
  ', as a late timer shows; no stall of that length was recorded, so that its cause is not known.';
const MEMORY =
  'Memory is not growing: what garbage collection leaves changed by −0.1 ± 0.4 MB an hour in 1 hour.';
const NO_OTHERS = {
  rows: [],
  known: 1,
  judged: 1,
  growing: 0,
  shortLives: { earlier: 0, compared: 0, ranMillis: [], roseBytes: [] },
};
const facts = new MeasuredBlog({ startedMillisAgo: 30 * MINUTE }).telemetry.process();
const range = chooseRange({ from: '-1h' }, NOW);
const sample = (minutesAgo: number, more: Partial<RuntimeSample> = {}): RuntimeSample => ({
  ...facts.current,
  fromMillis: NOW - (minutesAgo + 1) * MINUTE,
  atMillis: NOW - minutesAgo * MINUTE,
  processStartedAtMillis: facts.startedAtMillis,
  rssBytes: 90_000_000,
  eventLoopDelayMaxMillis: 4,
  ...more,
});
const sentenceOf = (
  runtime: readonly RuntimeSample[],
  markers: readonly Marker[] = [],
  process = facts,
  stalls: readonly Stall[] = [],
  {
    memory = memoryOf({}),
    heapProfile,
  }: { readonly memory?: MemoryFacts; readonly heapProfile?: TakenHeapProfile } = {},
): Sentence => {
  const situation = {
    process,
    runtime,
    markers,
    memory,
    processes: NO_OTHERS,
    stalls: { longest: longestTurn(stalls), thresholdMillis: 250 },
    heapProfile,
  };
  return processSentence(situation, range, NOW, new Links('/o', {}));
};
const say = (...told: Parameters<typeof sentenceOf>): string => sentenceText(sentenceOf(...told));
const at = (millis: number): string => momentText(millis, NOW);

describe('processSentence', () => {
  const current = { ...facts.current, rssBytes: 90_000_000 };
  const opening = 'Up 30 minutes, using 90 MB; the peak was 106 MB.';
  const process = { ...facts, current };

  it('says who makes memory grow by the newest heap profile, and how to find out without one', () => {
    const sayOf = (heapProfile?: TakenHeapProfile): string =>
      say([], [], process, [], { memory: GROWING_MEMORY, ...(heapProfile && { heapProfile }) });
    expect(sayOf()).toMatch(
      /Memory grows by 12 ± 2 MB an hour .*\. A heap profile says which functions allocate what stays in use\./,
    );
    expect(sayOf(HEAP_PROFILE)).toContain(
      `By the heap profile of ${at(HEAP_PROFILE.startedMillis)}, 90 % of what stayed in use was allocated by remember, src/site/post-page.ts:41.`,
    );
    // A handful of samples tells nothing.
    expect(sayOf({ ...HEAP_PROFILE, samples: 7 })).toContain('A heap profile says which');
    expect(say([], [], process, [], { heapProfile: HEAP_PROFILE })).not.toContain('heap profile');
  });

  it('says the longest delay of the event loop, not a percentile', () => {
    const stalled = sample(5, { eventLoopDelayMaxMillis: 10_900, eventLoopDelayP99Millis: 161 });
    expect(say([sample(20), stalled, sample(1)], [], process)).toBe(
      `${opening} ${MEMORY} The event loop was blocked for up to 10.9 s${UNKNOWN}`,
    );
  });

  it('says of a recorded stall what the page of stalls says', () => {
    const stalled = sample(5, { eventLoopDelayMaxMillis: 10_500 });
    expect(say([stalled], [], process, [stallOf(10_300)])).toContain(
      ' was blocked for up to 10.3 s from 13:20:09.',
    );
    expect(say([stalled], [], process, [stallOf(300)])).toContain(` was blocked for up to 10.5 s${UNKNOWN}`);
    const [first, second] = [stallOf(6000), stallOf(5000)];
    const next = { ...second, atMillis: first.atMillis + second.durationMillis };
    expect(say([stalled], [], process, [first, next])).toContain(
      ' was blocked for up to 11 s by 2 stalls in a row from 13:20:14.',
    );
  });

  it('leads to the stalls that it names, and nowhere if none was recorded', () => {
    const stalled = sample(5, { eventLoopDelayMaxMillis: 10_500 });
    const [first, second] = [stallOf(6000), stallOf(5000)];
    const next = { ...second, atMillis: first.atMillis + second.durationMillis };
    const linked = (stalls: readonly Stall[]): SentencePart | undefined =>
      sentenceOf([stalled], [], process, stalls).find(({ text }) => text.startsWith('1'));
    const iso = (millis: number): string =>
      new URLSearchParams({ at: new Date(millis).toISOString() }).toString().slice(3);
    expect(linked([first, next])).toEqual({
      text: '11\u00a0s by 2 stalls in a row',
      href: `/o/stalls?from=${iso(first.atMillis)}&to=${iso(next.atMillis + 1)}`,
    });
    expect(linked([])).toEqual({ text: '10.5\u00a0s' });
  });

  it('states the memory of earlier processes separately', () => {
    const before = sample(50, { processStartedAtMillis: 1, rssBytes: 400_000_000, rssMaxBytes: 420_000_000 });
    expect(say([before, sample(20), sample(1)], [], process)).toBe(
      `${opening} ${MEMORY} Earlier processes in this range used up to 420 MB. The event loop was blocked for up to 4 ms.`,
    );
  });

  it('says how the previous process ended', () => {
    const start: Marker = { atMillis: facts.startedAtMillis, kind: 'start', label: 'start' };
    const seen = facts.startedAtMillis - 10_000;
    expect(say([], [{ ...start, before: { ended: 'stopped', atMillis: seen, pid: 7 } }], process)).toBe(
      `${opening} At ${at(start.atMillis)}: start after a stop at ${at(seen)}. ${MEMORY}`,
    );
    expect(
      say([], [start, { ...start, before: { ended: 'not stopped', atMillis: seen, pid: 7 } }], process),
    ).toBe(
      `${opening} 2 starts in the last hour, the last at ${at(start.atMillis)}: start; the previous process did not shut down, last seen ${at(seen)}. ${MEMORY}`,
    );
    expect(say([], [start], process)).toBe(`${opening} ${MEMORY}`);
  });

  it('gives the reason if memory use is unknown', () => {
    const unknown = {
      ...process,
      current: { ...current, rssBytes: NaN },
      problem: 'EMFILE: too many open files',
    };
    expect(say([], [], unknown)).toBe(
      `Up 30 minutes; its memory use cannot be read (EMFILE: too many open files). ${MEMORY}`,
    );
  });

  it('says when file descriptors ran out', () => {
    const full = sample(3, { openFilesMax: 1024 });
    expect(say([sample(9), full, sample(1)], [], process)).toContain(
      `File descriptors ran out: 1,024 of 1,024 were open at ${at(full.atMillis)}.`,
    );
  });
});

describe('openFilesOf', () => {
  it.each([
    [100, undefined],
    [921, undefined],
    [922, { used: 922, ranOut: false }],
    [1021, { used: 1021, ranOut: false }],
    [1022, { used: 1022, ranOut: true }],
    [NaN, undefined],
  ])('of 1,024 %d are %p', (openFilesMax, expected) => {
    const found = openFilesOf([sample(2, { openFilesMax }), sample(1)], 1024);
    if (expected === undefined) expect(found).toBeUndefined();
    else expect(found).toMatchObject(expected);
  });

  it('says nothing if the limit is unknown', () => {
    expect(openFilesOf([sample(1, { openFilesMax: 1e6 })], NaN)).toBeUndefined();
  });
});
