import { describe, expect, it } from '@jest/globals';
import type { SamplingFacts } from '../../../otel/query.ts';
import { countText } from '../../../src/markup/quantity.ts';
import { wordsOf } from '../../fixtures/page-text.ts';
import { serveObservatory } from '../../fixtures/observatory-server.ts';
import type { SampledInRange } from '../../../src/observatory/pages/sampling-counts.ts';
import { shareText } from '../../../src/observatory/draw/facts.ts';
import { busyBlog } from '../../fixtures/busy-blog.ts';
import { MeasuredBlog } from '../../fixtures/measured-blog.ts';
import { NOW } from '../../fixtures/still-runtime.ts';
import { FAILING } from '../../fixtures/trace-sketches.ts';

describe('the sampling page', () => {
  async function open({ telemetry }: MeasuredBlog): Promise<{ page: string; facts: SamplingFacts }> {
    const { origin } = await serveObservatory(telemetry);
    const address = `${origin}/admin/metrics-dashboard/sampling`;
    const page = await (await fetch(address)).text();
    const json = await fetch(address, { headers: { accept: 'application/json' } });
    const { facts } = (await json.json()) as { facts: { sampling: SamplingFacts } };
    return { page: page.replace(/\s+/g, ' '), facts: facts.sampling };
  }
  /** What the table of rules says in the row of a rule, tags taken out. */
  const row = (page: string, rule: string): string => {
    const [, rest = ''] = page.split(`<tr data-key="rule-${rule}">`);
    return wordsOf(rest.split('</tr>', 1)[0]!).trim();
  };

  it('shows what each rule matched, kept and dropped, on the page and in its JSON', async () => {
    const blog = busyBlog();
    const { page, facts } = await open(blog);
    const { rules } = blog.telemetry.sampling();
    expect(facts.rules).toEqual(rules);
    for (const [rule, { seen, kept, dropped }] of Object.entries(rules)) {
      const numbers = [seen, kept, dropped].map(countText).join(' ');
      expect(row(page, rule)).toMatch(new RegExp(` ${numbers}$`));
    }
    expect(row(page, 'database')).toContain('Ordinary statements kept at the rate of their type, 10 %');
    expect(row(page, 'error')).toContain('Failed always kept');
    expect(page).toContain('no: all of them are kept');
    expect(page).not.toContain('A storm:');
  });

  it('reports a storm, and the share that is kept', async () => {
    const storm = Array.from({ length: 3000 }, (_, index) => ({
      startMillis: NOW - 3000 + index,
      spans: [{ ...FAILING[0]!, millis: 0.5 }],
    }));
    const blog = new MeasuredBlog({ env: { METRICS_SAMPLING_RATE: '0.1' }, happened: storm });
    const { page, facts } = await open(blog);
    const { active, probability, cut, examples } = blog.telemetry.sampling().storm;
    expect([active, cut > 1000, examples > 0]).toEqual([true, true, true]);
    expect(facts.storm).toMatchObject({ active, probability, cut, examples });
    expect(page).toContain(
      '10 % of ordinary operations are kept in detail. Of 3,000 operations in the last hour, ',
    );
    expect(page).toContain('A storm: ');
    const share = shareText(probability).replace('\u00a0', ' ');
    expect(page).toContain(
      `so ${share} of them are, and one example of each kind per minute; ${countText(cut)} operations were dropped by storms`,
    );
    expect(row(page, 'slow')).toContain(`a storm: ${share} are kept, and examples of each kind`);
  });

  it('counts what rules, targets and policies of the app decided', async () => {
    const rule = 'type=http route=/<feed>: 0.5';
    const happened = Array.from({ length: 12 }, (_, index) => ({
      startMillis: NOW - 60_000 + index * 1000,
      spans: [{ name: 'GET /<feed>', type: 'http' as const, at: 0, millis: 1 }],
    }));
    const env = { METRICS_SAMPLING_RATE: '0.1', METRICS_RULES: rule, METRICS_TARGET: '5' };
    const blog = new MeasuredBlog({ env, happened });
    const { page } = await open(blog);
    expect(page).toContain(
      'slow always is. At least 5 ordinary traces a second of each kind are. 1 rule comes first. Of 12 operations in the last hour, ',
    );
    const [counted] = blog.telemetry.sampling().named;
    expect(counted).toMatchObject({ name: rule, seen: 12 });
    expect([0, 12]).not.toContain(counted!.kept);
    const shown = rule.replace('<', '&lt;').replace('>', '&gt;');
    const named = page.split(`data-key="named-${shown}"`)[1]!.split('</tr>')[0]!;
    expect(wordsOf(named)).toMatch(new RegExp(` 12 ${counted!.kept} ${counted!.dropped} $`));
    blog.change({ METRICS_SAMPLING_RATE: '0' });
    expect((await open(blog)).page).toContain(
      'Only what fails or is slow is kept in detail. So are 5 ordinary traces a second',
    );
  });

  it('says of a range with a gap that all was kept, the gap last', async () => {
    const { telemetry } = new MeasuredBlog({
      happened: [{ startMillis: NOW - 60_000, spans: [{ name: 'GET /', type: 'http', at: 0, millis: 1 }] }],
    });
    const asked = telemetry.coverage.bind(telemetry);
    const lost = { fromMillis: NOW - 50_000, toMillis: NOW - 40_000, reason: 'killed' as const };
    telemetry.coverage = (range) => ({ ...asked(range), missing: [lost] });
    const { origin } = await serveObservatory(telemetry);
    const page = await (await fetch(`${origin}/admin/metrics-dashboard/sampling`)).text();
    expect(wordsOf(page)).toContain('The one operation was kept in the last hour, as far as is known.');
  });

  it('breaks values between words, and shows bytes in the unit of their limit', async () => {
    const { page } = await open(new MeasuredBlog());
    expect(page).toContain('as METRICS_<wbr />SAMPLING_<wbr />RATE</code');
    const words = wordsOf(page);
    expect(words).toMatch(/METRICS_BUFFER_BYTES [^_]* 16 MiB 16777216 bytes, default/);
    expect(words).toMatch(/METRICS_BUFFER_SIZE maximum number of kept traces in memory 1000 default/);
  });

  it('shows the audit: estimates beside counts, and an alarm if they deviate', async () => {
    const nothing = await open(new MeasuredBlog());
    expect(nothing.page).toContain('Nothing was sampled by chance so far');
    expect(nothing.page).not.toContain('No deviation');
    expect(nothing.page).not.toContain('Counted operations, and the sum');
    const blog = busyBlog({ METRICS_SAMPLING_RATE: '0.5' });
    const { page } = await open(blog);
    const audit = blog.telemetry.audit();
    expect(audit.judged).toBeGreaterThan(1);
    expect(page).toContain(
      `No deviation: in ${audit.judged} sums, the differences between the weights of kept operations and the exact counts are within random variation.`,
    );
    const few = audit.rows.filter(({ judgement }) => judgement === 'too few').length;
    expect(few).toBeGreaterThan(0);
    expect(page).toContain(
      ` ${few} of the ${audit.rows.length} rows ${few === 1 ? 'has' : 'have'} too few operations to judge yet; their counts and durations are exact all the same.`,
    );
    const fine = audit.rows.find(({ judgement }) => judgement === 'fine')!;
    const off = fine.adjusted - fine.counted;
    const signed = `${off < 0 ? '−' : '+'}${countText(Math.abs(off))}`;
    expect(wordsOf(page)).toContain(
      `${countText(fine.counted)} ${countText(fine.adjusted)} ± ${countText(fine.deviation)} ${signed} ${countText(fine.bound! * fine.deviation)} within random variation`,
    );
    expect(wordsOf(page)).toContain(' counted estimated difference by chance up to result ');
    // The answer first: settings are behind a line.
    expect(page).toMatch(/<details class="more-settings">\s*<summary>\d+ settings, and where each was set</);
    expect(wordsOf(page)).toContain('Requests, decided by chance');
    expect(wordsOf(page)).not.toContain('Requests, all');
    const { error, slow, trace } = blog.telemetry.sampling().rules;
    expect(audit.certain).toBeGreaterThan(error.kept + slow.kept + trace.kept);
    expect(wordsOf(page)).toContain(
      `${countText(audit.certain)} kept for certain, with weight 1 (in the trace of what failed or was slow every operation is;`,
    );
    // It would take a fault of sampling.
    const biased = {
      ...fine,
      series: 'GET /elsewhere',
      counted: 100_000,
      adjusted: 102_000,
      due: 102_000,
      z: 6.3,
      judgement: 'biased',
    } as const;
    blog.telemetry.audit = () => ({ ...audit, alarms: [biased] });
    const { page: alarmed } = await open(blog);
    expect(alarmed).toContain('operations kept stand for 102,000, but 100,000 were counted');
    expect(alarmed).toContain('beyond chance');
  });

  it('says of the chosen range what was counted, kept and dropped, by type and in all, as a ledger has it', async () => {
    const at = (minutesAgo: number, count: number) =>
      Array.from({ length: count }, (_, index) => ({
        startMillis: NOW - minutesAgo * 60_000 + index * 100,
        spans: [
          { name: 'GET /', type: 'http' as const, at: 0, millis: 5 },
          { name: 'SELECT 1', type: 'database' as const, at: 1, millis: 0.1 },
          { name: 'SELECT 2', type: 'database' as const, at: 2, millis: 0.1 },
        ],
      }));
    const env = { METRICS_SAMPLING_RATE: 'http=0.5,database=0.1', METRICS_BUFFER_SIZE: '40' };
    const { telemetry } = new MeasuredBlog({ env, happened: [...at(150, 700), ...at(20, 300)] });
    const { origin } = await serveObservatory(telemetry);
    const read = async (from: string) => {
      const address = `${origin}/admin/metrics-dashboard/sampling?from=${from}`;
      const json = await (await fetch(address, { headers: { accept: 'application/json' } })).json();
      const words = wordsOf(await (await fetch(address)).text());
      return { ...(json as { facts: { in_range: SampledInRange }; summary: string }), words };
    };
    for (const [from, sent, when] of [
      ['-1h', 300, 'in the last hour'],
      ['-6h', 1000, 'in the last 6 hours'],
    ] as const) {
      const { facts, summary, words } = await read(from);
      const { types, all, requests } = facts.in_range;
      expect(types.map(({ type, counted }) => [type, counted])).toEqual([
        ['http', sent],
        ['database', 2 * sent],
        ['render', 0],
        ['other', 0],
      ]);
      for (const { counted, kept, dropped } of [...types, all]) expect(kept + dropped).toBe(counted);
      expect(all.counted).toBe(3 * sent);
      expect(types[0]!.kept).toBeGreaterThan(sent / 3);
      expect(types[0]!.kept).toBeLessThan((sent * 2) / 3);
      const share = shareText(all.kept / all.counted).replace('\u00a0', ' ');
      expect(summary).toContain(
        `Of ${countText(3 * sent)} operations ${when}, ${countText(all.kept)} were kept, ${share}, and ${countText(all.dropped)} dropped: counted, and nothing else.`,
      );
      const [http] = types;
      expect(requests!.kept - requests!.gone).toBe(40);
      expect(words).toContain(
        `Requests ${countText(http!.counted)} ${countText(http!.kept)} ${countText(http!.dropped)} 40 `,
      );
    }
    expect((await read('-5m')).summary).toContain('Nothing was counted in the last 5 minutes.');
  });

  it('is all zero before anything has happened', async () => {
    const { page, facts } = await open(new MeasuredBlog());
    expect(Object.values(facts.rules).filter(({ seen }) => seen > 0)).toEqual([]);
    expect(row(page, 'http')).toMatch(/ 0 0 0$/);
  });
});
