import { expect, it } from '@jest/globals';
import { Links } from '../../../../src/observatory/links.ts';
import { stallGroups } from '../../../../src/observatory/facts/stall-groups.ts';
import { stallsOfTraceWords } from '../../../../src/observatory/sentences/stall-sentence.ts';
import { sentenceText } from '../../../../src/observatory/sentences/sentence.ts';
import { STALLS } from '../../../fixtures/busy-blog.ts';

const [first] = STALLS;
const unsampled = { ...first!, place: undefined, placeShare: 0, sampledShare: 0, callers: [] };

it('stalls without a known function are one row per route', () => {
  const holder = first!.holder!;
  const stalls = ['GET /report', 'GET /list', 'GET /report'].map((route) => ({
    ...unsampled,
    holder: { ...holder, route },
  }));
  const groups = stallGroups([...stalls, { ...unsampled, holder: undefined }]);
  expect(groups.map(({ route, count }) => [route, count])).toEqual([
    ['GET /report', 2],
    ['GET /list', 1],
    [undefined, 1],
  ]);
});

it('a wait for a loop that nobody is known to have held is a whole sentence', () => {
  const waited = { ...unsampled, holder: undefined, durationMillis: 350 };
  const [delayed] = waited.delayed;
  const words = sentenceText(stallsOfTraceWords(delayed!.traceId, [waited], new Links('/base', {})));
  expect(words).toBe(' It waited up to 350 ms for the event loop.');
});
