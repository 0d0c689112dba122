import { describe, expect, it } from '@jest/globals';
import { boundOf } from '../../../otel/sampling/audited-sums.ts';
import { parseSamplingRules } from '../../../otel/settings/sampling-rules.ts';
import { isAtLeast, KEEP_ALL, REJECT_ALL, thresholdOf } from '../../../otel/sampling/consistent-threshold.ts';
import type { Sink } from '../../../otel/sampling/outcomes.ts';
import { StormBudget } from '../../../otel/sampling/policies/storm-budget.ts';
import type { Policy } from '../../../otel/sampling/policy.ts';
import { type AuditedOperation, AuditedVerdicts } from './audit-fixture.ts';
import { type Rates, settingsOf } from './processor-fixture.ts';
import { randomOf } from './random.ts';

const sampling = (rates: Rates) => settingsOf(rates, rates, true);

const REQUEST: AuditedOperation = { type: 'http', series: 'GET /' };

/** A page: some statements of three kinds, a render and the request; one in fifty fails. */
function page(random: () => number): readonly AuditedOperation[] {
  const failed = random() % 50 === 0;
  const statements = Array.from({ length: random() % 5 }, (_, index) => ({
    type: 'database' as const,
    series: `statement ${index % 3}`,
    failed: failed && index === 0,
  }));
  return [
    ...statements,
    { type: 'render', series: 'post' },
    { type: 'http', series: `GET /${random() % 7}`, failed },
  ];
}

/** Random numbers of which the largest half is missing with this probability: traces that would be kept. */
function biased(random: () => number, share: number): () => number {
  let word = 0;
  return () => {
    const value = random();
    // The randomness is the last 56 bits of an id: it starts in the third word.
    const isFirstOfRandomness = word++ % 4 === 2;
    return isFirstOfRandomness && (value & 0xffffff) >= 0x800000 && random() < share * 2 ** 32
      ? (value & 0xff7fffff) >>> 0
      : value;
  };
}

describe('the sampling audit', () => {
  it('raises no alarm in 100 clean runs of traces, failures and settings changes', () => {
    const alarms: unknown[] = [];
    for (let seed = 1; seed <= 100; seed++) {
      const random = randomOf(seed * 7919);
      const run = new AuditedVerdicts(sampling({ http: 0.5, database: 0.1, render: 0.02 }), random);
      for (let i = 0; i < 2000; i++) {
        if (i === 700) run.settings = sampling({ http: 0.05, database: 0.7, render: 0 });
        if (i === 1200) run.settings = sampling(1);
        if (i === 1500) run.settings = sampling(0.3);
        run.trace(page(random));
        if (i % 500 === 499) alarms.push(...run.audit.facts().alarms.map((alarm) => ({ seed, alarm })));
      }
      const { rows } = run.audit.facts();
      expect(rows.length).toBeGreaterThan(10);
    }
    expect(alarms).toEqual([]);
  });

  it.each([1, 2])('finds a bias of 2 %% in the randomness within 10^5 operations (seed %d)', (seed) => {
    const random = randomOf(seed * 104_729);
    const clean = new AuditedVerdicts(sampling(0.5), random);
    const run = new AuditedVerdicts(sampling(0.5), biased(random, 0.02));
    for (let i = 0; i < 100_000; i++) {
      run.trace([REQUEST]);
      clean.trace([REQUEST]);
    }
    expect(clean.audit.facts().alarms).toEqual([]);
    const [alarm] = run.audit.facts().alarms;
    expect(alarm).toMatchObject({ type: 'http', judgement: 'biased' });
    expect(alarm!.z).toBeLessThan(-4);
  });

  it('finds a policy that keeps 2 % more than the threshold it returns', () => {
    const random = randomOf(5);
    const liar: Policy = {
      name: 'liar',
      keep: (_, { randomness }) =>
        isAtLeast(randomness, thresholdOf(0.51))
          ? thresholdOf(0.5 + (isAtLeast(randomness, thresholdOf(0.5)) ? 0 : 0.01))
          : thresholdOf(0.5),
    };
    const run = new AuditedVerdicts(sampling(0), random, { policies: [liar] });
    for (let i = 0; i < 100_000; i++) run.trace([REQUEST]);
    expect(run.audit.facts().alarms[0]).toMatchObject({ type: 'http', judgement: 'biased' });
  });

  it.each([1, 0.5, 0.05])('finds a sink that loses 2 %% of what is kept, at a rate of %d', (rate) => {
    const random = randomOf(11);
    let taken = 0;
    const sink: Sink = {
      rates: 'local',
      take: () => {
        if (taken++ % 50 === 0) throw new Error('lost');
      },
    };
    const run = new AuditedVerdicts(sampling(rate), random, { sink });
    for (let i = 0; i < 50_000; i++) run.trace([REQUEST]);
    expect(run.audit.facts().alarms).toContainEqual(
      expect.objectContaining({ type: 'http', judgement: 'missing' }),
    );
  });

  it('counts each must-keep operation as one, and estimates the rest without bias', () => {
    const random = randomOf(3);
    const run = new AuditedVerdicts(sampling({ http: 0.25 }), random);
    for (let i = 0; i < 20_000; i++) run.trace([{ ...REQUEST, failed: i % 10 === 0 }]);
    const { rows, sampled, certain, leftOut } = run.audit.facts();
    expect([sampled, certain, leftOut]).toEqual([
      18_000,
      2000,
      { elsewhere: 0, late: 0, storm: 0, never: 0 },
    ]);
    const row = rows.find(({ series }) => series === 'GET /')!;
    expect(row.counted).toBe(18_000);
    expect(row.deviation).toBeCloseTo(Math.sqrt(18_000 * 3), 6);
    expect(Math.abs(row.z)).toBeLessThan(4);
  });

  it('accounts for operations of one trace being kept or dropped together', () => {
    const random = randomOf(17);
    const run = new AuditedVerdicts(sampling({ database: 0.5 }), random);
    const ten = Array.from({ length: 10 }, () => ({ type: 'database' as const, series: 'SELECT' }));
    for (let i = 0; i < 1000; i++) run.trace([...ten, REQUEST]);
    const row = run.audit.facts().rows.find(({ series }) => series === 'SELECT')!;
    // 1,000 traces with an adjusted count of 0 or 20 each.
    expect(row.deviation).toBeCloseTo(Math.sqrt(1000 * 100), 6);
    expect(row.counted).toBe(10_000);
  });

  it('excludes operations of unknown probability, and reports how many', () => {
    const random = randomOf(23);
    const limits = { maxMustKeepSpansPerSecond: 100, maxMustKeepBytesPerSecond: 1e9 };
    const run = new AuditedVerdicts(sampling({ http: 0.5, database: 0 }), random, {
      budget: new StormBudget(limits, () => 0),
    });
    for (let i = 0; i < 5000; i++)
      run.trace([
        { type: 'database', series: 'SELECT' },
        { ...REQUEST, failed: true },
      ]);
    for (let i = 0; i < 500; i++) run.trace([{ ...REQUEST, remote: true }]);
    const { leftOut, alarms, certain, sampled } = run.audit.facts();
    expect(alarms).toEqual([]);
    expect(leftOut.elsewhere).toBe(500);
    // Before the storm started, failures kept their traces.
    const along = 5000 - leftOut.never;
    expect(along).toBe(50);
    expect(leftOut.storm).toBe(5000 - (certain - along));
    expect([certain >= 100, certain < 250, sampled]).toEqual([true, true, 0]);
  });

  it('agrees if rules and policies keep all, nothing or their own share', () => {
    const random = randomOf(31);
    const policies: readonly Policy[] = [
      { name: 'none of these', keep: ({ series }) => (series === 'GET /health' ? REJECT_ALL : undefined) },
      { name: 'all of these', keep: ({ series }) => (series === 'GET /pay' ? KEEP_ALL : undefined) },
      {
        name: 'some of these',
        keep: ({ series }) => (series === 'GET /more' ? thresholdOf(0.8) : undefined),
      },
      {
        name: 'fewer of these',
        keep: ({ series }) => (series === 'GET /less' ? thresholdOf(0.1) : undefined),
      },
    ];
    const rules = parseSamplingRules('route=/rule status=5xx: always; route=/never: never; route=/half: 0.5');
    const settings = { ...sampling(0.3), rules, target: 5 };
    const run = new AuditedVerdicts(settings, random, { policies });
    const routes = ['health', 'pay', 'more', 'less', 'never', 'half', 'rule', ''];
    for (let i = 0; i < 16_000; i++)
      run.trace([
        { type: 'database', series: 'SELECT', failed: i % 20 > 16 },
        {
          type: 'http',
          series: `GET /${routes[i % routes.length]}`,
          route: `/${routes[i % routes.length]}`,
        },
      ]);
    const { alarms, leftOut, rows, certain } = run.audit.facts();
    expect(alarms).toEqual([]);
    expect(leftOut.never).toBeGreaterThan(3000);
    expect(certain).toBeGreaterThanOrEqual(2000);
    expect(rows.filter(({ type, series }) => type === 'http' && series !== undefined)).toHaveLength(5);
  });

  it('is bounded in series, and the sum of the type has the rest', () => {
    const random = randomOf(29);
    const run = new AuditedVerdicts(sampling(0.5), random);
    for (let i = 0; i < 3000; i++) run.trace([{ type: 'http', series: `GET /${i}` }]);
    const { rows, sampled } = run.audit.facts();
    expect(sampled).toBe(3000);
    expect(rows.length).toBeLessThanOrEqual(100);
    expect(rows.find(({ series }) => series === undefined)!.counted).toBe(3000);
  });
});

describe('the |z| that chance may reach', () => {
  it('is undefined for too few, and falls below five', () => {
    const sums = { counted: 1, adjusted: 1, due: 1, step: 2, weight: 2 };
    expect(boundOf({ ...sums, variance: 399 }, 1e-3)).toBeUndefined();
    expect(boundOf({ ...sums, variance: 100_000 }, 1e-3)).toBeLessThan(5);
    expect(boundOf({ ...sums, variance: 100_000 }, 1e-6)).toBeGreaterThan(5);
  });
});
