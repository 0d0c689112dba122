import { describe, expect, it } from '@jest/globals';
import type { TelemetryControl, TelemetryQuery } from '../../../otel/query.ts';
import { wordsOf } from '../../fixtures/page-text.ts';
import { serveObservatory } from '../../fixtures/observatory-server.ts';
import { busyBlog } from '../../fixtures/busy-blog.ts';
import { MeasuredBlog, telemetryOff } from '../../fixtures/measured-blog.ts';

const busy: TelemetryQuery & TelemetryControl = busyBlog().telemetry;

async function textOf(path: string, telemetry = busy): Promise<string> {
  const { origin } = await serveObservatory(telemetry);
  return (await fetch(`${origin}/admin/metrics-dashboard${path}`)).text();
}

describe('the overview', () => {
  it('marks requests that failed on the heat map; each mark opens its trace', async () => {
    const text = await textOf('');
    const marks = [...text.matchAll(/<a href="([^"]+)"[^>]* aria-label="(failed: [^"]+)"/g)];
    expect(marks.length).toBeGreaterThan(0);
    for (const [, href, label] of marks) {
      expect(href).toMatch(/^\/admin\/metrics-dashboard\/traces\/[0-9a-f]{32}\?span=/);
      expect(label).toMatch(/^failed: [A-Z]+ \//);
    }
  });

  it('has a line under every route and statement: how its requests ended, who asks it', async () => {
    const text = await textOf('');
    const row = /<tr data-key="GET \/tags\/:tag">([\s\S]*?)<\/tr>/.exec(text)![1]!;
    const words = wordsOf(row);
    expect(words).toMatch(/ 3 failed of 43 requests /);
    expect(row).toContain('href="/admin/metrics-dashboard/failures"');
    const statement = text.split('<tr data-key="SELECT rowid, rank')[1]!.split('</tr>')[0]!;
    expect(statement).toMatch(/<a href="[^"]*\/route\?name=GET\+%2Fsearch">\/search<\/a>/);
  });

  it('says, as Process does, which time its share of CPU is of', async () => {
    const strip = /class="panel strip">([\s\S]*?)<\/section>/.exec(await textOf(''))![1]!;
    expect(wordsOf(strip)).toMatch(/CPU, of one core .*since the last sample/);
    expect(wordsOf(await textOf('/process'))).toMatch(/CPU \S+ % of one core, over 30 s/);
  });

  it.each(['', '/process'])(
    'has one figure of the memory of the process, in the menu and on %s',
    async (path) => {
      const { telemetry } = busyBlog();
      const process = telemetry.process();
      let megabytes = 500;
      telemetry.process = () => ({
        ...process,
        current: { ...process.current, rssBytes: megabytes++ * 1_000_000 },
      });
      const text = wordsOf(await textOf(path, telemetry));
      expect(text).toMatch(/ Process 500 MB .* memory \(RSS\) 500 MB /);
    },
  );

  it('says that its longest pause is of the range, and Process of which time each of its figures is', async () => {
    const strip = /class="panel strip">([\s\S]*?)<\/section>/.exec(await textOf('?from=-6h'))![1]!;
    expect(wordsOf(strip)).toMatch(/longest GC pause \S+ \S+ in this range/);
    const process = wordsOf(await textOf('/process'));
    expect(process).toMatch(/loop delay p99 \S+ \S+ over 30 s; p50 /);
    expect(process).toMatch(/GC pauses \S+ \S+ over 30 s; \d+ runs?, longest /);
    expect(process).toMatch(/ Memory RSS at most \d+ MB in this range /);
  });

  it('says where counts may be missing, and leads to how many, but not on that page', async () => {
    const { telemetry } = busyBlog();
    const asked = telemetry.coverage.bind(telemetry);
    telemetry.coverage = (range) => {
      const { toMillis } = range;
      const lost = { fromMillis: toMillis - 60_000, toMillis: toMillis - 48_500, reason: 'killed' as const };
      return { ...asked(range), missing: [lost] };
    };
    const noticeOn = async (path: string): Promise<string> =>
      /<p class="notice">[\s\S]*?<\/p>/.exec(await textOf(path, telemetry))![0];
    const [overview, sampling] = [await noticeOn('?from=-6h'), await noticeOn('/sampling?from=-6h')];
    expect(overview).toMatch(/href="[^"]*\/sampling\?from=-6h">How many at most<\/a>/);
    expect(sampling).not.toContain('href');
    expect(wordsOf(sampling)).toMatch(/counts between [\d:]+ and [\d:]+ may be missing/);
  });

  it('leads to memory on Process, whose foot says in one sentence how it is judged, with the rest folded', async () => {
    expect(await textOf('')).toMatch(/href="[^"]*\/process#memory"/);
    const panel = (await textOf('/process')).split('id="memory"')[1]!.split('</section>')[0]!;
    const [open = '', folded] = panel.split('class="panel-foot"')[1]!.split('<details');
    expect(wordsOf(open).match(/\.( |$)/g)).toHaveLength(1);
    expect(folded).toContain('How growth is judged');
  });

  it('shows the course of each figure of the process', async () => {
    const strip = /class="panel strip">([\s\S]*?)<\/section>/.exec(await textOf(''))![1]!;
    expect([...strip.matchAll(/class="spark type-other"/g)]).toHaveLength(5);
  });

  it('gives advice for now only where now is shown', async () => {
    const empty = new MeasuredBlog().telemetry;
    expect(await textOf('', empty)).toContain('Open the blog in another tab');
    expect(await textOf('?from=2020-01-01T00:00&to=2020-01-01T01:00', empty)).not.toContain('in another tab');
  });
});

describe('pages that are the same in every time range', () => {
  it.each(['/limits', '/export', '/buffer', '/keys', '/traces/import'])('%s offers none', async (path) => {
    expect(await textOf(path)).not.toContain('aria-label="Time range"');
  });

  it('are the exception', async () => {
    for (const path of ['/process', '/sampling'])
      expect(await textOf(path)).toContain('aria-label="Time range"');
  });

  it('are all of them while nothing is measured', async () => {
    expect(await textOf('', telemetryOff())).not.toContain('aria-label="Time range"');
  });
});
