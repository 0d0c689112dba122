import { describe, expect, it } from '@jest/globals';
import type { Coverage } from '../../../../otel/query.ts';
import { missingCounts, type MissingCounts } from '../../../../src/observatory/facts/missing-counts.ts';
import { missingSentence } from '../../../../src/observatory/pages/sampling-counts.ts';
import { sentenceText } from '../../../../src/observatory/sentences/sentence.ts';
import { MeasuredBlog } from '../../../fixtures/measured-blog.ts';
import { NOW } from '../../../fixtures/still-runtime.ts';

const KILLED = { fromMillis: NOW - 600_000, toMillis: NOW - 585_000, reason: 'killed' } as const;
const BOUND = { fromMillis: NOW - 3_000_000, toMillis: NOW - 2_900_000, reason: 'bound' } as const;
const HOUR = { fromMillis: NOW - 3_600_000, toMillis: NOW };

/** Seven requests a second in the minutes before, each with a statement; nothing after. */
const { telemetry } = new MeasuredBlog({
  happened: Array.from({ length: 7 * 120 }, (_, index) => ({
    startMillis: KILLED.fromMillis - 120_000 + (index * 1000) / 7,
    spans: [
      { name: 'GET /a', type: 'http' as const, at: 0, millis: 3 },
      { name: 'SELECT posts', type: 'database' as const, at: 1, millis: 1 },
    ],
  })),
});

function missing(parts: Coverage['missing']): MissingCounts | undefined {
  return missingCounts(
    {
      coverage: (range) => ({ ...telemetry.coverage(range), missing: parts }),
      operations: (range) => telemetry.operations(range),
    },
    HOUR,
  );
}

function words(parts: Coverage['missing']): string {
  const counts = { counted: 0, kept: 0, dropped: 0 };
  return sentenceText(
    missingSentence({ types: [], all: counts, requests: undefined, missing: missing(parts) }),
  ).replaceAll('\u00a0', ' ');
}

describe('missingCounts', () => {
  it('is at most what came in such a time before, and says that the rest is exact', () => {
    const found = missing([KILLED])!;
    expect(found.seconds).toBe(15);
    expect(found.requests).toBeGreaterThan(95);
    expect(found.requests).toBeLessThan(112);
    expect(found.operations).toBeGreaterThanOrEqual(2 * found.requests - 1);
    expect(words([KILLED])).toMatch(
      /^ Where a process was killed, up to 15 s may not be counted: at the rate of the minute before, up to about 1[01]0 requests, 2[0-3]0 operations in all\. All other counts are exact\.$/,
    );
  });

  it('says nothing where no process was killed, and calls nothing exact if more is missing', () => {
    expect(missing([BOUND])).toBeUndefined();
    expect(words([BOUND])).toBe('');
    expect(words([KILLED, BOUND])).not.toContain('exact');
  });
});
