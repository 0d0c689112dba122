import { describe, expect, it } from '@jest/globals';
import { busyBlog, SEARCH_TRACE } from '../../fixtures/busy-blog.ts';
import { serveObservatory } from '../../fixtures/observatory-server.ts';
import { wordsOf } from '../../fixtures/page-text.ts';
import { NOW } from '../../fixtures/still-runtime.ts';

describe('counts that a killed process lost', () => {
  const { telemetry } = busyBlog();
  const { coverage } = telemetry;
  const lost = { fromMillis: NOW - 600_000, toMillis: NOW - 588_000, reason: 'killed' } as const;
  telemetry.coverage = (range) => ({
    ...coverage.call(telemetry, range),
    missing: range.fromMillis < lost.toMillis && range.toMillis > lost.fromMillis ? [lost] : [],
  });
  const served = serveObservatory(telemetry);

  it.each([
    ['?from=-1h', 1],
    ['/routes?from=-1h', 1],
    ['/not-found?from=-1h', 1],
    ['/failures?from=-1h', 1],
    ['/routes?from=-5m', 0],
    [`/traces/${SEARCH_TRACE}?from=-1h`, 0],
    ['/logs?from=-1h', 0],
  ])('are said to be missing where they would be counted: %s', async (path, times) => {
    const { origin } = await served;
    const page = wordsOf(await (await fetch(`${origin}/admin/metrics-dashboard${path}`)).text());
    expect(page.match(/Lower bounds: counts between [\d:]+ and [\d:]+ may be missing/g) ?? []).toHaveLength(
      times,
    );
  });
});
