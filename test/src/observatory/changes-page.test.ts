import { describe, expect, it } from '@jest/globals';
import { noise } from '../../fixtures/busy-blog.ts';
import { MeasuredBlog } from '../../fixtures/measured-blog.ts';
import { serveObservatory } from '../../fixtures/observatory-server.ts';
import { NOW } from '../../fixtures/still-runtime.ts';
import type { Happening } from '../../fixtures/trace-player.ts';

const HOUR = 3_600_000;
const MINUTE = 60_000;

interface Page {
  readonly summary: string;
  readonly facts: {
    readonly words: string;
    readonly rows: readonly {
      readonly name: string;
      readonly differs: readonly string[];
      readonly before: { readonly count: number; readonly errors: number };
      readonly after: { readonly count: number; readonly errors: number };
    }[];
    readonly markers: readonly { readonly at_millis: number; readonly kind: string }[];
  };
}

/** A route asked at random times between two moments, in minutes ago. */
function asked(
  name: string,
  {
    count,
    from,
    to,
    millis,
    failed = 0,
  }: {
    readonly count: number;
    readonly from: number;
    readonly to: number;
    readonly millis: number;
    readonly failed?: number;
  },
): readonly Happening[] {
  return Array.from({ length: count }, (_, index) => ({
    startMillis: NOW - (to + (from - to) * noise(name, from, index)) * MINUTE,
    spans: [
      {
        name,
        type: 'http' as const,
        at: 0,
        millis: millis * Math.exp(0.6 * (noise(index, name, from) + noise(index, from, name) - 1)),
        attributes: { 'http.response.status_code': index < failed ? 500 : 200 },
        ...(index < failed && { error: '500' }),
      },
    ],
  }));
}

async function pageOf(blog: MeasuredBlog, query = ''): Promise<Page> {
  const { origin } = await serveObservatory(blog.telemetry);
  const response = await fetch(`${origin}/admin/metrics-dashboard/changes?format=json${query}`);
  return (await response.json()) as Page;
}

describe('what changed', () => {
  const steady = [
    ...asked('GET /', { count: 300, from: 120, to: 60, millis: 5 }),
    ...asked('GET /', { count: 300, from: 60, to: 0.1, millis: 5 }),
  ];

  it('is nothing if nothing did', async () => {
    const { summary, facts } = await pageOf(new MeasuredBlog({ happened: steady }));
    expect(summary).toBe(
      'Nothing changed beyond chance, compared with the hour before: 1 operation compared.',
    );
    expect(facts.rows).toMatchObject([{ name: 'GET /', differs: [] }]);
    const [{ before, after }] = facts.rows as [Page['facts']['rows'][number]];
    // By the ledger of what was played.
    expect(before.count + after.count).toBe(600);
  });

  it('is told first; what is too rare to be compared is a closed line below, and in the CSV', async () => {
    const rare = [
      ...asked('GET /rare', { count: 3, from: 60, to: 1, millis: 9 }),
      ...asked('GET /fails', { count: 3, from: 60, to: 1, millis: 9, failed: 1 }),
    ];
    const { origin } = await serveObservatory(new MeasuredBlog({ happened: [...steady, ...rare] }).telemetry);
    const page = await (await fetch(`${origin}/admin/metrics-dashboard/changes`)).text();
    const [told = '', folded = ''] = page.split('id="rare-operations"');
    expect(folded.replaceAll(/\s+/g, ' ')).toContain('1 operation too rare on one side to be compared');
    const named = (part: string): readonly boolean[] =>
      ['/rare', '/fails'].map((name) => part.includes(`name=GET+%2F${name.slice(1)}"`));
    expect([named(told), named(folded)]).toEqual([
      [false, true],
      [true, false],
    ]);
    const sheet = await (await fetch(`${origin}/admin/metrics-dashboard/changes?format=csv`)).text();
    expect(sheet).toContain('GET /rare');
  });

  it('is of the chosen range, or around a moment, which no range is marked for', async () => {
    const { origin } = await serveObservatory(new MeasuredBlog({ happened: steady }).telemetry);
    const marked = async (query: string): Promise<readonly string[]> => {
      const page = await (await fetch(`${origin}/admin/metrics-dashboard/changes${query}`)).text();
      const presets = /<nav class="presets"[^]*?<\/nav>/.exec(page)![0];
      return [...presets.matchAll(/aria-current="true"\s*>([^<]*)</g)].map(([, words = '']) => words.trim());
    };
    expect(await marked('?from=-1h')).toEqual(['1 h']);
    expect(await marked(`?from=-1h&at=${NOW - HOUR}`)).toEqual([]);
  });

  it('may be a duration that is far from what it was, if too few stretches of time have it', async () => {
    const happened = [
      ...steady,
      ...asked('GET /x', { count: 90, from: 63.4, to: 62.9, millis: 1 }),
      ...asked('GET /x', { count: 90, from: 30, to: 29, millis: 100 }),
    ];
    const blog = new MeasuredBlog({ happened });
    const { summary, facts } = await pageOf(blog);
    expect(facts.rows.find(({ name }) => name === 'GET /x')?.differs).toEqual([]);
    expect(summary).toMatch(
      /^Nothing certain compared with the hour before: 2 operations compared\. Perhaps slower, in too few stretches of time to tell from chance: \/x takes ×\d+ at p50, \d+ ms or more half the time, before \d+ µs\.$/,
    );
  });

  it('is named with what fails, although it is less grave, and the slowest first', async () => {
    const failing = ['a', 'b', 'c', 'd'].flatMap((name) => [
      ...asked(`GET /${name}`, { count: 200, from: 120, to: 60, millis: 3 }),
      ...asked(`GET /${name}`, { count: 200, from: 60, to: 0.1, millis: 3, failed: 40 }),
    ]);
    const slower = [2, 8, 4, 3].flatMap((factor) => [
      ...asked(`GET /×${factor}`, { count: 300, from: 120, to: 60, millis: 10 }),
      ...asked(`GET /×${factor}`, { count: 300, from: 60, to: 0.1, millis: 10 * factor }),
    ]);
    const maybe = ['x', 'y', 'z', 'w'].flatMap((name, index) => [
      ...asked(`GET /${name}`, { count: 90, from: 63.4, to: 62.9, millis: 1 }),
      ...asked(`GET /${name}`, { count: 90, from: 30, to: 29, millis: 10 * 4 ** index }),
    ]);
    const { summary } = await pageOf(
      new MeasuredBlog({ happened: [...steady, ...failing, ...slower, ...maybe] }),
    );
    const only = await pageOf(new MeasuredBlog({ happened: [...steady, ...slower] }));
    const named = (words: string): readonly string[] => words.match(/\/\S+(?= (?:takes|fails))/g) ?? [];
    expect(named(summary).slice(2)).toEqual(['/×8', '/w', '/z', '/y']);
    expect(
      named(summary)
        .slice(0, 2)
        .every((name) => /^\/[abcd]$/.test(name)),
    ).toBe(true);
    expect(summary).toMatch(
      /^Compared with the hour before, 8 of 13 operations differ: .*; and 5 more\. Perhaps/,
    );
    expect(summary).toMatch(/; and 1 more\.$/);
    expect(named(only.summary)).toEqual(['/×8', '/×4', '/×3']);
    expect(only.summary).toMatch(/; and 1 more\.$/);
  });

  it('fails and is slower at once', async () => {
    const happened = [
      ...asked('GET /', { count: 300, from: 120, to: 60, millis: 5 }),
      ...asked('GET /', { count: 300, from: 60, to: 0.1, millis: 20, failed: 60 }),
    ];
    const { summary } = await pageOf(new MeasuredBlog({ happened }));
    expect(summary).toMatch(
      /: \/ fails 60 of 300 times, before 0 of 300 times, and takes ×\d\.\d\d at p95, /,
    );
  });

  it('may be a page that failed and never did before', async () => {
    const happened = [...steady, ...asked('GET /new', { count: 3, from: 20, to: 10, millis: 2, failed: 3 })];
    const { summary } = await pageOf(new MeasuredBlog({ happened }));
    expect(summary).toBe(
      'Nothing certain compared with the hour before: 1 operation compared, 1 too rare on one side. New: /new failed 3 of 3 times.',
    );
  });

  it('is new only if nothing of it is held from before', async () => {
    const before = asked('GET /old', { count: 2, from: 49 * 60, to: 48 * 60, millis: 2, failed: 2 });
    const today = asked('GET /today', { count: 2, from: 9 * 60, to: 8 * 60, millis: 2, failed: 2 });
    const lately = ['old', 'today'].flatMap((name) =>
      asked(`GET /${name}`, { count: 3, from: 20, to: 10, millis: 2, failed: 3 }),
    );
    const blog = new MeasuredBlog({
      startedMillisAgo: 50 * HOUR,
      happened: [...before, ...today, ...steady, ...lately],
    });
    const { summary } = await pageOf(blog);
    expect(summary).toMatch(/ New: \/today failed 3 of 3 times\. Came back: \/old failed 3 of 3 times\.$/);
  });

  it('cannot be told from a handful of requests, nor from those of one side', async () => {
    const few = asked('GET /', { count: 12, from: 120, to: 0.1, millis: 5 });
    const rare = await pageOf(new MeasuredBlog({ happened: few }));
    expect(rare.summary).toMatch(/^Too little happened to tell whether anything changed/);
    const gone = asked('GET /gone', { count: 12, from: 120, to: 60, millis: 5 });
    const { summary } = await pageOf(new MeasuredBlog({ happened: [...steady, ...gone] }));
    expect(summary).toMatch(/^Nothing changed .*: 1 operation compared, 1 too rare on one side\.$/);
  });

  it('is named: slower, failing, new and gone', async () => {
    const happened = [
      ...steady,
      ...asked('GET /slower', { count: 300, from: 120, to: 60, millis: 10 }),
      ...asked('GET /slower', { count: 300, from: 60, to: 0.1, millis: 20 }),
      ...asked('GET /failing', { count: 200, from: 120, to: 60, millis: 3, failed: 1 }),
      ...asked('GET /failing', { count: 200, from: 60, to: 0.1, millis: 3, failed: 30 }),
      ...asked('GET /gone', { count: 200, from: 120, to: 60, millis: 1 }),
      ...asked('GET /new', { count: 200, from: 60, to: 0.1, millis: 1 }),
    ];
    const { summary, facts } = await pageOf(new MeasuredBlog({ happened }));
    expect(Object.fromEntries(facts.rows.map(({ name, differs }) => [name, differs[0]]))).toEqual({
      'GET /failing': 'failed',
      'GET /slower': expect.stringMatching(/^p(50|95)$/),
      'GET /new': 'rate',
      'GET /gone': 'rate',
      'GET /': undefined,
    });
    expect(summary).toMatch(
      /^Compared with the hour before, 4 of 5 operations differ: \/failing fails 30 of 200 times, before 1 of 200 times; \/slower takes ×[12]\.\d\d at p95, .* before .*; \/new comes 3\.33 \/min, none before; and 1 more\.$/,
    );
  });

  it('is said of both sides of a marker, as far as is known', async () => {
    const blog = new MeasuredBlog({
      startedMillisAgo: HOUR,
      happened: asked('GET /', { count: 400, from: 55, to: 0.1, millis: 5 }),
    });
    blog.pass(10 * MINUTE);
    blog.change({ METRICS_SAMPLING_RATE: '0.5' });
    const at = NOW + 10 * MINUTE;
    blog.play(asked('GET /', { count: 400, from: -10, to: -30, millis: 15 }));
    blog.pass(NOW + 30 * MINUTE - blog.telemetry.now());
    const { facts: offered } = await pageOf(blog);
    const marker = offered.markers.find(({ kind }) => kind === 'settings')!;
    expect(Math.abs(marker.at_millis - at)).toBeLessThan(1000);
    const { summary, facts } = await pageOf(blog, `&at=${marker.at_millis}`);
    expect(facts.words).toMatch(/^the 40 minutes before METRICS_SAMPLING_RATE 1 → 0.5 .* at 14:00:20$/);
    expect(facts.rows[0]!.differs).toContain('p50');
    expect(facts.rows[0]!.after.count).toBe(400);
    expect(summary).toMatch(/1 of 1 operation differs: \/ takes ×[23]\.\d\d/);
  });

  it('is found between the halves of what is counted, if nothing was counted before', async () => {
    const happened = [
      ...asked('GET /', { count: 200, from: 30, to: 16, millis: 5 }),
      ...asked('GET /', { count: 200, from: 14, to: 0.1, millis: 15 }),
    ];
    const { summary, facts } = await pageOf(
      new MeasuredBlog({ startedMillisAgo: 30 * MINUTE, happened }),
      '&from=-1h',
    );
    expect(facts.rows[0]).toMatchObject({ before: { count: 200 }, after: { count: 200 } });
    expect(summary).toMatch(
      /^Compared with the first half of what was counted \(15 minutes\), 1 of 1 operation differs: /,
    );
  });

  describe('with a start of another version', () => {
    const happened = [
      ...asked('GET /', { count: 400, from: 60, to: 31, millis: 5 }),
      ...asked('GET /', { count: 400, from: 29, to: 15, millis: 15, failed: 60 }),
    ];
    const deployed = (): MeasuredBlog => {
      const blog = new MeasuredBlog({ happened, startedMillisAgo: 3 * HOUR });
      blog.telemetry.markers = () => [
        {
          atMillis: NOW - 30 * MINUTE,
          kind: 'start',
          label: 'start of version 3.1, before it 3.0',
          versions: { before: '3.0', after: '3.1' },
        },
      ];
      return blog;
    };

    it('is told of both sides of it unasked, by the figures of the row, without the silence that followed', async () => {
      const { summary, facts } = await pageOf(deployed());
      expect(summary).toMatch(
        /^Compared with the 28 minutes before version 3\.1 replaced 3\.0 at 13:20:20, 1 of 1 operation differs: \/ fails 60 of 400 times, before 0 of \d+ times, and takes ×[23]\.\d\d at p(95|50), .* From 13:3\d:\d\d on came no requests: the 15 minutes since then are left out\. The process began then: until its caches are filled and its code is compiled it is slower, and the intervals of durations allow for ×2\.0\.$/,
      );
      expect(facts.rows[0]).toMatchObject({ after: { count: 400, errors: 60 } });
      const { origin } = await serveObservatory(deployed().telemetry);
      const html = await (
        await fetch(`${origin}/admin/metrics-dashboard/changes`, { headers: { accept: 'text/html' } })
      ).text();
      const [, ratio = '', percentile = ''] = /takes ×(\S+) at (p\d\d)/.exec(summary) ?? [];
      expect(html.replaceAll(/<[^>]*>/g, ' ').replaceAll(/\s+/g, ' ')).toMatch(
        new RegExp(`×${ratio} \\S+ to \\S+ ${percentile} `),
      );
      expect(html).toContain('before and after version 3.1 replaced 3.0 13:20:20');
    });

    it('is told of the time before if that is asked', async () => {
      const { facts } = await pageOf(deployed(), '&with=before&from=-45m');
      expect(facts.words).toBe('the 15 minutes of the 45 minutes before that had traffic');
      expect(facts.markers).toHaveLength(1);
    });

    it('is told of it if the range has no requests, and says so', async () => {
      const blog = deployed();
      blog.pass(HOUR);
      const { summary } = await pageOf(blog, '&from=-30m');
      expect(summary).toContain('before version 3.1 replaced 3.0 at 13:20:20, 1 of 1 operation differs');
      expect(summary).toContain(' No requests in the last 30 minutes. ');
    });
  });

  describe('with a process that has just begun', () => {
    const VERSIONS = { before: '3.0', after: '3.1' };
    /** Routes of a process that is slower in its first minutes, as all are. */
    const run = (from: number, to: number, slow = 1): readonly Happening[] =>
      ['a', 'b', 'c'].flatMap((name) => {
        const factor = name === 'b' ? slow : 1;
        const minutes = Array.from({ length: from - to }, (_, minute) => minute);
        return minutes.flatMap((minute) =>
          asked(`GET /${name}`, {
            count: 20,
            from: from - minute,
            to: from - minute - 1,
            millis: factor * (2 + 8 * Math.exp(-minute / 4)),
          }),
        );
      });
    const restarted = (ago: number, happened: readonly Happening[]): MeasuredBlog => {
      const blog = new MeasuredBlog({ happened, startedMillisAgo: 3 * HOUR });
      const at = (minutes: number): number => NOW - minutes * MINUTE;
      blog.telemetry.markers = ({ fromMillis, toMillis }) =>
        [
          { atMillis: at(ago), kind: 'start' as const, label: 'start' },
          { atMillis: at(9), kind: 'start' as const, label: 'start of version 3.1', versions: VERSIONS },
        ].filter(({ atMillis }) => atMillis >= fromMillis && atMillis <= toMillis);
      return blog;
    };

    it('is nothing if the process before was as slow when it was as young', async () => {
      const { summary, facts } = await pageOf(restarted(55, [...run(55, 9), ...run(9, 0)]));
      expect(summary).toMatch(
        /^Nothing changed beyond chance, compared with the first \d minutes of the process before version 3\.1 replaced 3\.0 at 13:41:20: 3 operations compared\. A process is slower at first/,
      );
      expect(facts.rows.map(({ before, after }) => [before.count, after.count])).toEqual(
        facts.rows.map(() => [expect.closeTo(160, -2), expect.closeTo(160, -2)]),
      );
    });

    it('is what differs from that', async () => {
      const { summary } = await pageOf(restarted(55, [...run(55, 9), ...run(9, 0, 3)]));
      expect(summary).toMatch(/ 1 of 3 operations differs: \/b takes ×[23]\.\d\d at p\d\d/);
    });

    it('is told of the time just before, if the process before did not run as long', async () => {
      const { facts } = await pageOf(restarted(12, [...run(60, 12), ...run(12, 9), ...run(9, 0)]));
      expect(facts.words).toMatch(/^the \d+ minutes before version 3\.1 replaced 3\.0/);
    });
  });

  it('is told of the latest times with requests if the range has none', async () => {
    const happened = [
      ...asked('GET /', { count: 300, from: 600, to: 560, millis: 5 }),
      ...asked('GET /', { count: 300, from: 300, to: 260, millis: 20 }),
    ];
    const { summary, facts } = await pageOf(new MeasuredBlog({ happened }), '&from=-1h');
    expect(summary).toMatch(
      /^Compared with the \d+ minutes until 0?4:3\d:\d\d, 1 of 1 operation differs: \/ takes ×[34]\.\d\d .* No requests in the last hour\. These are compared with the \d+ minutes until 0?9:3\d:\d\d\.$/,
    );
    expect(facts.rows[0]).toMatchObject({ before: { count: 300 }, after: { count: 300 } });
  });

  it('is a route that falls silent while others are asked', async () => {
    const happened = [
      ...asked('GET /', { count: 300, from: 120, to: 60, millis: 5 }),
      ...asked('GET /', { count: 200, from: 60, to: 20, millis: 5 }),
      ...asked('GET /gone', { count: 200, from: 120, to: 55, millis: 5 }),
    ];
    const { summary, facts } = await pageOf(new MeasuredBlog({ happened }), '&from=-1h');
    expect(facts.rows.find(({ name }) => name === 'GET /gone')?.differs).toEqual(['rate']);
    expect(facts.rows.find(({ name }) => name === 'GET /')?.differs).toEqual([]);
    expect(summary).toContain('came no requests: the 20 minutes since then are left out.');
  });

  it('may be what ran on one side alone, in too few stretches of time', async () => {
    const happened = [
      ...steady,
      ...asked('GET /once', { count: 30, from: 30, to: 29.5, millis: 5 }),
      ...asked('GET /earlier', { count: 30, from: 90, to: 89.5, millis: 5 }),
    ];
    const { summary } = await pageOf(new MeasuredBlog({ happened }));
    expect(summary).toMatch(
      / Not in the hour before, but since: \/once ran 30 times\. In the hour before, but not since: \/earlier ran 30 times\.$/,
    );
  });

  it('is not looked for in a time before counting', async () => {
    const { summary, facts } = await pageOf(
      new MeasuredBlog({ happened: steady }),
      '&from=2020-01-01T00:00&to=2020-01-01T01:00',
    );
    expect(facts.rows).toEqual([]);
    expect(summary).toMatch(/^No operations between .*, and none before\. Choose a longer range\.$/);
  });

  it('has a menu that asks for nothing more', async () => {
    const { telemetry } = new MeasuredBlog({ happened: steady });
    const asked: string[] = [];
    const series = telemetry.series.bind(telemetry);
    telemetry.series = (type, range) => {
      asked.push(`${type} ${range?.fromMillis} ${range?.toMillis}`);
      return series(type, range);
    };
    const { origin } = await serveObservatory(telemetry);
    await fetch(`${origin}/admin/metrics-dashboard/changes`, { headers: { accept: 'text/html' } });
    // Four types on two sides; the store answers equal questions once.
    expect([asked.length > 8, new Set(asked).size]).toEqual([true, 8]);
  });

  it.each(['NaN', '1e999', '-5', '0', '99999999999999'])('reads at=%s without a fault', async (at) => {
    const { summary } = await pageOf(new MeasuredBlog({ happened: steady }), `&at=${at}`);
    expect(summary.length).toBeGreaterThan(5);
  });
});
