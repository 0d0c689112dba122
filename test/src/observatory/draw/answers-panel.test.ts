import { describe, expect, it } from '@jest/globals';
import type { SeriesSummary } from '../../../../otel/query.ts';
import { answersPanel } from '../../../../src/observatory/draw/answers-panel.ts';
import { wordsOf } from '../../../fixtures/page-text.ts';
import { MeasuredBlog } from '../../../fixtures/measured-blog.ts';

const ROW: SeriesSummary = {
  ...new MeasuredBlog().telemetry.operations().http,
  type: 'http',
  name: 'GET /search',
  count: 200,
  clientErrors: 61,
  slow: 3,
  statuses: [
    { status: 200, count: 137 },
    { status: 400, count: 60 },
    { status: 414, count: 1 },
    { status: 'none', count: 2 },
  ],
  waited: { count: 4, totalMillis: 580 },
};

function words(row: SeriesSummary): string {
  return wordsOf(String(answersPanel(row)));
}

describe('the answers of a route', () => {
  it('are counted by exact status, including those of which nothing was sent', () => {
    expect(words(ROW)).toContain(
      '200 OK 137 69 % 400 Bad Request 60 30 % 414 URI Too Long 1 0.5 % none: the client disconnected first 2 1 %',
    );
  });

  it('state waits that durations exclude: the wait for a turn, and that other waits are unknown', () => {
    expect(words(ROW)).toContain('a second or longer to the first byte 3 1.5 %');
    expect(words(ROW)).toContain('behind earlier requests of their connection 4 145 ms each on average');
    expect(words(ROW)).toContain(
      'they do not include earlier waits, for a turn, in the network or in the kernel',
    );
    expect(words({ ...ROW, waited: { count: 0, totalMillis: 0 } })).toContain(
      'behind earlier requests of their connection 0 durations',
    );
  });
});
