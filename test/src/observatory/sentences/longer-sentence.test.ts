import { describe, expect, it } from '@jest/globals';
import type { CountedLonger } from '../../../../src/observatory/facts/counted-longer.ts';
import type { RequestsWithLonger } from '../../../../src/observatory/facts/requests-with-longer.ts';
import { longerWords } from '../../../../src/observatory/sentences/longer-sentence.ts';

const exactly = (count: number) => ({ from: count, to: count });
const requests = (more: Partial<RequestsWithLonger>): RequestsWithLonger => ({
  ...exactly(3),
  isLowerBound: false,
  besides: 0,
  ...more,
});
const longer = (more: Partial<CountedLonger>): CountedLonger => ({
  type: 'database',
  millis: 30,
  isAtLeast: false,
  counted: exactly(4),
  isLowerBound: false,
  isOfSeries: false,
  requests: requests({}),
  ...more,
});

describe('the sentence about all that took longer', () => {
  it.each<[string, Partial<CountedLonger>, number, string]>([
    [
      'all are kept',
      {},
      3,
      '3 requests had a statement that took longer than 30 ms in the last hour (every one is kept); 3 of them are kept and listed here. 4 such statements ran in all (each one is counted).',
    ],
    [
      'some are kept',
      { counted: { from: 412, to: 420 }, requests: requests({ from: 150, to: 215 }) },
      37,
      '150 to 215 requests had a statement that took longer than 30 ms in the last hour (estimated from those kept, right in 95 of 100 cases); 37 of them are kept and listed here. 412 to 420 such statements ran in all (each one is counted, its time to within 2 %).',
    ],
    [
      'one is kept, beside background work',
      { isAtLeast: true, counted: exactly(3), requests: requests({ ...exactly(1), besides: 2 }) },
      3,
      '1 request had a statement that took at least 30 ms in the last hour (every one is kept); 1 of them is kept and listed here, beside 2 traces of no request. 3 such statements ran in all (each one is counted).',
    ],
    [
      'none is kept',
      { requests: requests({ from: 0, to: 4 }) },
      0,
      'at most 4 requests had a statement that took longer than 30 ms in the last hour (estimated from those kept, right in 95 of 100 cases); none of them is kept. 4 such statements ran in all (each one is counted).',
    ],
    [
      'counts and traces are lost, as with a killed process',
      {
        isLowerBound: true,
        counted: { from: 17, to: 18 },
        requests: requests({ from: 4, to: 18, isLowerBound: true }),
      },
      4,
      'at least 4 requests had a statement that took longer than 30 ms in the last hour (by those kept, of which some are no longer held); 4 of them are kept and listed here. At least 17 such statements ran in all (all that are counted; some counts are lost).',
    ],
    [
      'how likely one was kept is not known',
      { requests: requests({ from: 0, to: Infinity }) },
      0,
      '4 statements took longer than 30 ms in the last hour (each one is counted); none of them is kept.',
    ],
    [
      'another condition is on the request',
      { isOfSeries: true, counted: undefined, requests: requests({ from: 5, to: 9 }) },
      4,
      '5 to 9 requests match in the last hour (estimated from those kept, right in 95 of 100 cases); 4 of them are kept and listed here.',
    ],
    [
      'it is of the requests of a route',
      { type: 'http', isOfSeries: true, counted: exactly(7), requests: undefined },
      2,
      '7 requests match in the last hour (each one is counted); 2 of them are kept and listed here.',
    ],
    [
      'more traces than counts were written before a kill',
      { type: 'http', isOfSeries: true, isLowerBound: true, counted: exactly(286), requests: undefined },
      293,
      'at least 293 requests match in the last hour (all that are counted; some counts are lost); 293 of them are kept and listed here.',
    ],
    [
      'it is of requests',
      { type: 'http', counted: { from: 300, to: 305 }, requests: undefined },
      61,
      '300 to 305 requests took longer than 30 ms in the last hour (each one is counted, its time to within 2 %); 61 of them are kept and listed here.',
    ],
  ])('if %s', (_, more, listed, words) => {
    expect(longerWords(longer(more), listed, 'in the last hour').replaceAll('\u00a0', ' ')).toBe(
      ` In all, kept or not, ${words}`,
    );
  });

  it('is empty if there is nothing to say', () => {
    expect(longerWords(undefined, 3, '')).toBe('');
    expect(longerWords(longer({ counted: exactly(0) }), 0, '')).toBe('');
    expect(longerWords(longer({ counted: undefined }), 0, '')).toBe('');
  });
});
