import { describe, expect, it } from '@jest/globals';
import type { OwnWork } from '../../../../src/observatory/facts/own-work.ts';
import type { PartKind, TimePart } from '../../../../src/observatory/facts/time-parts.ts';
import { Links } from '../../../../src/observatory/links.ts';
import { sentenceText } from '../../../../src/observatory/sentences/sentence.ts';
import { timePartsSentence } from '../../../../src/observatory/sentences/time-parts-sentence.ts';
import { NOW } from '../../../fixtures/still-runtime.ts';
import { stallOf } from './situations.ts';

const TYPES = { statement: 'database', render: 'render', span: 'other', thread: 'other' } as const;
type Sketch = readonly [kind: PartKind, millis: number, name?: string, more?: Partial<TimePart>];

function partsOf(sketches: readonly Sketch[]): readonly TimePart[] {
  const whole = sketches.reduce((sum, [, millis]) => sum + millis, 0);
  return sketches.map(([kind, millis, name = 'GET /a', more]) => ({
    kind,
    type: kind in TYPES ? TYPES[kind as keyof typeof TYPES] : 'http',
    series: name,
    name,
    count: 1,
    millis,
    share: millis / whole,
    ...more,
  }));
}

const NO_CODE: OwnWork['code'] = {
  leastMillis: 50,
  requests: 0,
  unread: 0,
  unasked: 0,
  samples: 0,
  idle: 0,
  shared: 0,
  theirs: 0,
  others: 0,
  sampledMillis: 0,
  workMillis: 0,
  idleMillis: 0,
  sharedMillis: 0,
  theirsMillis: 0,
  functions: [],
  sinceMillis: undefined,
};
const UNKNOWN: OwnWork = {
  worst: undefined,
  heldMillis: 0,
  stalls: 0,
  waitedFor: undefined,
  recordedFromMillis: 250,
  profile: undefined,
  canProfile: true,
  code: NO_CODE,
};
const SPIN = { functionName: 'spin', location: 'src/a.ts:12', place: 'spin src/a.ts:12' };
const OWN =
  'work in its code, or waiting for what is not recorded (a timer, a file, a process, a short stall)';

function say(sketches: readonly Sketch[], own: Partial<OwnWork> = {}): string {
  const time = { route: 'GET /a', count: 100, parts: partsOf(sketches), own: { ...UNKNOWN, ...own } };
  return sentenceText(timePartsSentence(time, new Links('/o', {}), NOW));
}

const CASES: readonly (readonly [
  name: string,
  words: string,
  sketches: readonly Sketch[],
  own?: Partial<OwnWork>,
])[] = [
  ['nothing', '', []],
  [
    'a slow statement',
    'Its slowest part is SELECT posts: 18 ms of the 26 ms of a request, in 3 runs.',
    [
      ['statement', 18, 'SELECT posts', { count: 3 }],
      ['own', 8],
    ],
  ],
  [
    'a statement whose summary names no table',
    'Its slowest part is SELECT total_changes(): 18 ms of the 26 ms of a request.',
    [
      ['statement', 18, 'SELECT', { series: 'SELECT total_changes()' }],
      ['own', 8],
    ],
  ],
  [
    'its own time, too short to be recorded as a stall',
    `No statement of /a is the slow part: its one takes 2 ms of the 26 ms of a request; 24 ms are its own: ${OWN}.`,
    [
      ['own', 24],
      ['statement', 2, 'SELECT posts'],
    ],
  ],
  [
    'its own time, of which nothing held the event loop',
    `/a has no recorded statement; 400 ms are its own: ${OWN}; no piece of it held the event loop for 250 ms.`,
    [['own', 400]],
  ],
  [
    'the same where stalls of the range are not held',
    `/a has no recorded statement; 400 ms are its own: ${OWN}.`,
    [['own', 400]],
    { recordedFromMillis: undefined },
  ],
  [
    'waiting asleep, and how long it waits at least and at most',
    '/a has no recorded statement; 33.2 ms are waiting for what is not recorded (a timer, a file, a process): the event loop slept; in 10.7 ms more it ran, for this request or for others, so that it waits 33.2 ms to 43.9 ms of the 43.9 ms.',
    [
      ['asleep', 33.2],
      ['own', 10.7],
    ],
  ],
  [
    'waiting asleep, of which the rest is work by samples',
    '/a has no recorded statement; 33.2 ms are waiting for what is not recorded (a timer, a file, a process): the event loop slept.',
    [
      ['asleep', 33.2],
      ['own', 10.7],
    ],
    { code: { ...NO_CODE, samples: 30, sampledMillis: 1200, workMillis: 1200 } },
  ],
  [
    'its own time in which the loop worked for others, by samples',
    '/a has no recorded statement; 20 ms are its own: waiting while the event loop worked for others.',
    [
      ['own', 20],
      ['asleep', 8],
    ],
    { code: { ...NO_CODE, samples: 30, sampledMillis: 1200, sharedMillis: 1200, theirsMillis: 1100 } },
  ],
  [
    'its own time beside what was asleep: both words are not of one thing',
    '/a has no recorded statement; 20 ms are its own: work in its code, or waiting while the event loop worked for others.',
    [
      ['own', 20],
      ['asleep', 8],
    ],
  ],
  [
    'work that stalls know',
    '/a has no recorded statement; 400 ms are its own work, most of it in spin src/a.ts:12, which held the event loop 90 times, for 36 s in all.',
    [['own', 400]],
    { worst: SPIN, heldMillis: 36_000, stalls: 90 },
  ],
  [
    'work that stalls know a little of',
    `/a has no recorded statement; 400 ms are its own: spin src/a.ts:12 held the event loop 1 time, for 400 ms in all; the rest is ${OWN}.`,
    [['own', 400]],
    { worst: SPIN, heldMillis: 400, stalls: 1 },
  ],
  [
    'waiting for another request',
    '/a has no recorded statement; 40 ms are waiting for the event loop, held most of all by spin src/search/marks.ts:88 in SELECT posts_fts of /search.',
    [
      ['waiting', 40],
      ['own', 2],
    ],
    { waitedFor: stallOf(300) },
  ],
  [
    'a thread, with its statements',
    'Its statements take 6 ms of the 27 ms of a request; 21 ms run in another thread, its statements there included, the most in search thread.',
    [
      ['thread', 15, 'search thread'],
      ['own', 6],
      ['thread', 6, 'SELECT posts', { type: 'database' }],
    ],
  ],
  [
    'several parts',
    'Its statements take 9 ms of the 30 ms of a request; 11 ms are rendering post; 10 ms are in the span fetch.',
    [
      ['render', 11, 'post'],
      ['span', 10, 'fetch'],
      ['statement', 9, 'SELECT posts'],
    ],
  ],
  [
    'sending',
    '/a has no recorded statement; 90 ms are sending what follows the first byte.',
    [
      ['sending', 90],
      ['own', 1],
    ],
  ],
];

it('says how long it waits by the requests with which least else ran', () => {
  const parts = partsOf([
    ['asleep', 33.2],
    ['own', 10.7],
  ]);
  const time = { route: 'GET /a', count: 100, parts, own: UNKNOWN };
  const quiet = { sleptMillis: 40.1, wholeMillis: 41.3 };
  expect(sentenceText(timePartsSentence({ ...time, quiet }, new Links('/o', {}), NOW))).toBe(
    '/a has no recorded statement; it waits for what is not recorded (a timer, a file, a process), typically for 40.1 ms of 41.3 ms, by the tenth of its requests during which the event loop slept most.',
  );
});

describe('timePartsSentence', () => {
  it.each(CASES.map(([name, words, sketches, own = {}]) => ({ name, words, sketches, own })))(
    'of $name',
    ({ words, sketches, own }) => expect(say(sketches, own)).toBe(words),
  );

  it('names the top of a profile, and of what it is', () => {
    const top = {
      name: 'snippetOf',
      location: 'src/b.ts:4',
      origin: 'app',
      selfMillis: 1,
      causedMillis: 2,
      totalMillis: 3,
    } as const;
    const profile = { id: 3, startedMillis: NOW, busyMillis: 9, top };
    expect(say([['own', 24]], { profile })).toMatch(
      / In the profile of .*, which is of the whole process, most was in snippetOf, src\/b\.ts:4\.$/,
    );
    // It would say nothing of a render.
    expect(say([['render', 24, 'post']], { profile })).not.toContain('profile');
  });
});
