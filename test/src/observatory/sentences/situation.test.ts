import { describe, expect, it } from '@jest/globals';
import type { DowntimeFacts, Marker } from '../../../../otel/query.ts';
import { NO_DATA_FACTS } from '../../../../src/observatory/facts/data-facts.ts';
import { metricsDocument } from '../../../../src/observatory/facts/metrics-document.ts';
import { rangeAsked } from '../../../../src/observatory/facts/range-asked.ts';
import { situationOf } from '../../../../src/observatory/sentences/situation.ts';
import type { OverviewSituation } from '../../../../src/observatory/sentences/overview-situation.ts';
import { exportFacts } from '../../../fixtures/export-facts.ts';
import { MeasuredBlog } from '../../../fixtures/measured-blog.ts';
import { NOW } from '../../../fixtures/still-runtime.ts';

function situationIn({ telemetry }: MeasuredBlog): OverviewSituation {
  const range = rangeAsked(telemetry, { from: '-1h' }, NOW);
  return situationOf(telemetry, range, NOW, {
    metrics: metricsDocument(telemetry, range),
    routes: telemetry.series('http', range),
    statements: [],
    runtime: [],
    data: NO_DATA_FACTS,
  });
}

describe('situationOf', () => {
  it('counts as crashes the starts after a process that was not stopped', () => {
    const blog = new MeasuredBlog();
    const started = (ended: NonNullable<Marker['before']>['ended']): Marker => ({
      atMillis: NOW - 1000,
      kind: 'start',
      label: 'start',
      before: { ended, atMillis: NOW - 2000, pid: 7 },
    });
    const unexpected = (['crashed', 'killed', 'machine restarted', 'not stopped'] as const).map(started);
    blog.telemetry.markers = () => [started('stopped'), ...unexpected, started('running'), started('slept')];
    expect(situationIn(blog).crashes).toEqual(unexpected);
  });

  it('knows how long nothing ran after the longest crash, within the range and without planned stops', () => {
    const blog = new MeasuredBlog();
    const rows = (
      [
        ['killed', 75, 55],
        ['stopped', 50, 45],
        ['crashed', 40, 38],
        ['slept', 30, 10],
        ['not stopped', 5, 4],
      ] as const
    ).map(([ended, fromMinutes, toMinutes]) => {
      const [fromMillis, toMillis] = [NOW - fromMinutes * 60_000, NOW - toMinutes * 60_000];
      return {
        ended,
        fromMillis,
        toMillis,
        seenMillis: fromMillis,
        isWhole: true,
        startedMillis: toMillis,
        uncertainMillis: 0,
        reason: undefined,
      };
    });
    const facts: DowntimeFacts = { rows, sinceMillis: NOW - 86_400_000, precisionMillis: 0 };
    Object.defineProperty(blog.telemetry, 'downtime', { value: () => facts });
    const { crashedMillis, downWithinMillis, downMillis } = situationIn(blog);
    const minutes = [crashedMillis, downWithinMillis, downMillis].map((millis) =>
      Math.round(millis / 60_000),
    );
    // As on the page of downtime: whole, though 15 minutes of one are before the range.
    expect(minutes).toEqual([5, 5 + 5 + 2 + 20 + 1, 20 + 5 + 2 + 20 + 1]);
  });

  it('takes from the 4xx what bots did not find, by their share of what was not found', () => {
    const ask = (agent: string, count: number, path: string) =>
      Array.from({ length: count }, (_, index) => ({
        startMillis: NOW - 60_000 + index,
        spans: [
          {
            name: 'unknown paths',
            type: 'http' as const,
            at: 0,
            millis: 1,
            attributes: { 'http.response.status_code': 404, 'url.path': path, 'user_agent.original': agent },
          },
        ],
      }));
    const blog = new MeasuredBlog({
      happened: [
        ...ask('curl/8.5.0', 30, '/wp-login.php'),
        ...ask('Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0', 10, '/moved'),
      ],
    });
    const { botsNotFound, metrics } = situationIn(blog);
    expect(metrics.operations.http.client_errors).toBe(40);
    expect(botsNotFound).toBe(30);
  });

  it('has the lost counts as a share of the range, not of the time since counts began', () => {
    const blog = new MeasuredBlog({ startedMillisAgo: 600_000 });
    const coverage = blog.telemetry.coverage.bind(blog.telemetry);
    blog.telemetry.coverage = (range) => ({
      ...coverage(range),
      missing: [
        { fromMillis: NOW - 9 * 3_600_000, toMillis: NOW - 3_540_000, reason: 'bound' },
        { fromMillis: NOW - 300_000, toMillis: NOW - 180_000, reason: 'killed' },
      ],
    });
    // A minute and two of sixty.
    expect(situationIn(blog).missingShare).toBeCloseTo(3 / 60, 3);
  });

  it('counts as lost what an export dropped or what was rejected, but not what was dropped because it is off', () => {
    const blog = new MeasuredBlog();
    blog.telemetry.export = () => [
      exportFacts({
        sent: 60,
        rejected: 10,
        failed: 5,
        dropped: 27,
        droppedBy: { queue_full: 25, too_large: 0, stopped: 0, off: 2 },
      }),
    ];
    expect(situationIn(blog).exported).toEqual({ lost: 40, all: 100 });
  });
});
