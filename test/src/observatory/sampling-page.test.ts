import { afterEach, describe, expect, it } from '@jest/globals';
import type { Server } from 'node:http';
import type { SamplingFacts } from '../../../otel/query.ts';
import { countText } from '../../../src/markup/quantity.ts';
import { serveObservatory } from '../../fixtures/observatory-server.ts';
import { FakeTelemetry } from './fake-telemetry.ts';

describe('the sampling page', () => {
  const servers: Server[] = [];
  afterEach(() => {
    for (const server of servers.splice(0)) {
      server.closeAllConnections();
      server.close();
    }
  });
  async function open(telemetry: FakeTelemetry): Promise<{ page: string; facts: SamplingFacts }> {
    const { server, origin } = await serveObservatory(telemetry);
    servers.push(server);
    const address = `${origin}/admin/metrics-dashboard/sampling`;
    const page = await (await fetch(address)).text();
    const json = await fetch(address, { headers: { accept: 'application/json' } });
    const { facts } = (await json.json()) as { facts: { sampling: SamplingFacts } };
    return { page: page.replace(/\s+/g, ' '), facts: facts.sampling };
  }
  /** What the table of rules says in the row of a rule, tags taken out. */
  const row = (page: string, rule: string): string => {
    const [, rest = ''] = page.split(`<tr data-key="rule-${rule}">`);
    return rest
      .split('</tr>', 1)[0]!
      .replace(/<[^>]*>/g, ' ')
      .replace(/\s+/g, ' ')
      .trim();
  };

  it('tells of each rule what it has seen, kept and dropped, in the page and in its JSON', async () => {
    const telemetry = new FakeTelemetry();
    const { page, facts } = await open(telemetry);
    const { rules } = telemetry.sampling();
    expect(facts.rules).toEqual(rules);
    for (const [rule, { seen, kept, dropped }] of Object.entries(rules)) {
      const numbers = [seen, kept, dropped].map(countText).join(' ');
      expect(row(page, rule)).toMatch(new RegExp(` ${numbers}$`));
    }
    expect(row(page, 'database')).toContain('Ordinary statements kept at the rate of their type, 10 %');
    expect(row(page, 'error')).toContain('Failed always kept');
    expect(page).toContain('none: all of it is kept');
    expect(page).not.toContain('A storm:');
  });

  it('says so while a storm is cut, and how deep', async () => {
    const telemetry = new FakeTelemetry();
    telemetry.storm = { active: true, probability: 0.12, cut: 43_210, examples: 17 };
    const { page, facts } = await open(telemetry);
    expect(facts.storm).toMatchObject({ active: true, probability: 0.12, cut: 43_210, examples: 17 });
    expect(page).toContain('10 % of ordinary operations are kept in detail. So far');
    expect(page).toContain('A storm: ');
    expect(page).toContain(
      'so 12 % of it is, and one example of each kind a minute; 43,210 operations were cut',
    );
    expect(row(page, 'slow')).toContain('a storm: 12 % are kept, and examples of each kind');
  });

  it('counts what rules, targets and policies of the app decided, and warns of a rule that can never match', async () => {
    const telemetry = new FakeTelemetry();
    const name = 'type=http route=/<feed>: 0.5';
    telemetry.named = {
      named: [{ name, seen: 12, kept: 5, dropped: 7 }],
      ruleTexts: [name],
      target: 5,
      unreachable: [{ name, why: 'rule 1 comes first and matches all that it would' }],
    };
    const { page } = await open(telemetry);
    expect(page).toContain(
      'slow always is. At least 5 ordinary traces a second of each kind are. 1 rule comes first. So far',
    );
    telemetry.rate = 0;
    expect((await open(telemetry)).page).toContain(
      'Only what fails or is slow is kept in detail. So are 5 ordinary traces a second',
    );
    const shown = name.replace('<', '&lt;').replace('>', '&gt;');
    expect(
      page
        .split(`data-key="named-${shown}"`)[1]!
        .split('</tr>')[0]!
        .replaceAll(/<[^>]*>|\s+/g, ' '),
    ).toMatch(/ 12 +5 +7 *$/);
    expect(page).toContain(`The rule <code>${shown}</code> can never match: rule 1 comes first`);
  });

  it('shows a value whole words at a time, and bytes as their bound is meant', async () => {
    const telemetry = new FakeTelemetry();
    const setting = { source: 'default', meaning: 'x' } as const;
    telemetry.settings = () => [
      { ...setting, name: 'METRICS_EXPORT_SAMPLING_RATE', value: 'as METRICS_SAMPLING_RATE' },
      { ...setting, name: 'METRICS_BUFFER_BYTES', value: '16777216' },
      { ...setting, name: 'METRICS_BUFFER_SIZE', value: '1000' },
    ];
    const { page } = await open(telemetry);
    expect(page).toContain('as METRICS_<wbr />SAMPLING_<wbr />RATE</code');
    const words = page.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ');
    expect(words).toContain('x 16\u00a0MiB 16777216 bytes, default'.replace('\u00a0', ' '));
    expect(words).toContain('METRICS_ BUFFER_ SIZE x 1000 default');
  });

  it('lays the books open: what was kept beside what was counted, and an alarm where they disagree', async () => {
    const telemetry = new FakeTelemetry();
    const nothing = await open(telemetry);
    expect(nothing.page).toContain('Nothing was left to chance so far');
    expect(nothing.page).not.toContain('Chance has decided');
    expect(nothing.page).not.toContain('Counted operations, and how many');
    const row = { type: 'http', over: 'start', counted: 100_000, deviation: 316.2, bound: 4.6 } as const;
    const fine = {
      ...row,
      series: 'GET /',
      adjusted: 100_200,
      due: 100_200,
      z: 0.6,
      judgement: 'fine',
    } as const;
    telemetry.audited = { ...telemetry.audited, sampled: 200_000, judged: 4, rows: [fine] };
    const { page } = await open(telemetry);
    expect(page).toContain('The books agree: in 4 sums what was kept stands for what was counted');
    expect(page.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ')).toContain(
      '100,000 100,200 ± 316 +0.6 ± 4.6 as chance has it',
    );
    const biased = {
      ...row,
      series: 'GET /search',
      adjusted: 102_000,
      due: 102_000,
      z: 6.3,
      judgement: 'biased',
    } as const;
    telemetry.audited = { ...telemetry.audited, alarms: [biased] };
    const { page: alarmed } = await open(telemetry);
    expect(alarmed).toContain('what was kept stands for 102,000 operations where 100,000 were counted');
    expect(alarmed).toContain('more than chance');
  });

  it('is all zero before anything has happened', async () => {
    const { page, facts } = await open(new FakeTelemetry({ empty: true }));
    expect(Object.values(facts.rules).filter(({ seen }) => seen > 0)).toEqual([]);
    expect(row(page, 'http')).toMatch(/ 0 0 0$/);
  });
});
