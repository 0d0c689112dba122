import { expect, it } from '@jest/globals';
import type { Stall } from '../../../../otel/query.ts';
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
  const words = sentenceText(
    stallsOfTraceWords({ traceId: delayed!.traceId, durationMillis: 900 }, [waited], new Links('/base', {})),
  );
  expect(words).toBe(' It waited up to 300 ms for the event loop.');
  const short = { traceId: delayed!.traceId, durationMillis: 12 };
  expect(sentenceText(stallsOfTraceWords(short, [waited], new Links('/base', {})))).toContain('up to 12 ms');
});

it('stalls of the observatory’s own pages are named as such, others are not', () => {
  const callers: Stall['callers'] = [
    { name: 'draw', location: 'src/observatory/pages/routes-page.ts:31', origin: 'app' },
  ];
  const place: Stall['place'] = {
    name: 'mergedSummary',
    location: 'otel/aggregate/list-summary.ts:40',
    origin: 'app',
  };
  const own = { ...STALLS[0]!, holder: undefined, place, callers, sampledShare: 1 };
  expect(stallGroups([own])).toMatchObject([{ isOwnView: true, operation: undefined }]);
  expect(stallGroups([{ ...own, callers: [] }])).toMatchObject([{ isOwnView: false }]);
  expect(stallGroups([{ ...STALLS[0]!, callers }])).toMatchObject([{ isOwnView: false }]);
});
