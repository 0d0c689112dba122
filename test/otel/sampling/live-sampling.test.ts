import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { LIVE_SETTINGS, LiveSampling } from '../../../otel/sampling/live-sampling.ts';
import type { SamplingProposal } from '../../../otel/sampling/live-sampling.ts';
import { FakeClock, settingsOf } from './processor-fixture.ts';

function live(): { sampling: LiveSampling; clock: FakeClock } {
  const clock = new FakeClock();
  return { sampling: new LiveSampling(settingsOf(1), clock), clock };
}
function accepted(sampling: LiveSampling, change: Record<string, string>): SamplingProposal {
  const proposal = sampling.propose(change);
  if ('problems' in proposal) throw new Error(JSON.stringify(proposal.problems));
  return proposal;
}

describe('LiveSampling', () => {
  it('changes nothing before a proposal is applied, and then everything at once', () => {
    const { sampling } = live();
    const before = sampling.settings();
    const proposal = accepted(sampling, {
      METRICS_SAMPLING_RATE: 'database=0.1',
      METRICS_SLOW_QUERY_THRESHOLD: '0.5',
    });
    expect(sampling.settings()).toBe(before);
    sampling.apply(proposal, 'owner');
    expect(sampling.settings()).toBe(proposal.settings);
    expect(sampling.settings()).toMatchObject({
      rates: { http: 1, database: 0.1, render: 1, other: 1 },
      slowThresholdNanos: { http: 1e9, database: 0.5e9, render: 0.25e9, other: Infinity },
    });
    expect(Object.isFrozen(sampling.settings())).toBe(true);
    expect(Object.isFrozen(sampling.settings().slowThresholdNanos)).toBe(true);
  });

  it('lets the export rate follow until it has one of its own', () => {
    const rates = settingsOf(1).rates;
    const sampling = new LiveSampling({ ...settingsOf(1), rates, exportRates: rates }, new FakeClock());
    sampling.apply(accepted(sampling, { METRICS_SAMPLING_RATE: '0.5' }), 'owner');
    expect(sampling.settings().exportRates.http).toBe(0.5);
    sampling.apply(accepted(sampling, { METRICS_EXPORT_SAMPLING_RATE: '0.1' }), 'owner');
    sampling.apply(accepted(sampling, { METRICS_SAMPLING_RATE: '1' }), 'owner');
    expect([sampling.settings().rates.http, sampling.settings().exportRates.http]).toEqual([1, 0.1]);
  });

  it.each([
    [{ METRICS_SAMPLING_RATE: '1.5' }, ['METRICS_SAMPLING_RATE'], /a rate from 0 to 1/],
    [{ METRICS_SAMPLING_RATE: 'databse=1' }, ['METRICS_SAMPLING_RATE'], /did you mean database\?/],
    [{ METRICS_SLOW_QUERY_THRESHOLD: '-1' }, ['METRICS_SLOW_QUERY_THRESHOLD'], /from 0 to 3600, got "-1"/],
    [{ METRICS_BUFFER_SIZE: '10' }, ['METRICS_BUFFER_SIZE'], /cannot change while the process runs/],
    [
      { __proto__x: '1', METRICS_SAMPLING_RATE: '' },
      ['__proto__x', 'METRICS_SAMPLING_RATE'],
      /cannot change/,
    ],
  ])('refuses %j with all that is wrong', (change, names, message) => {
    const answer = live().sampling.propose(change as Record<string, string>);
    if (!('problems' in answer)) throw new Error('accepted');
    expect(answer.problems.map((problem) => problem.name)).toEqual(names);
    expect(answer.problems[0]!.message).toMatch(message);
  });

  it('refuses or gives valid settings, whatever is written', () => {
    const { sampling } = live();
    fc.assert(
      fc.property(
        fc.constantFrom(...LIVE_SETTINGS),
        fc.oneof(fc.string(), fc.double().map(String)),
        (name, text) => {
          const answer = sampling.propose({ [name]: text });
          if ('problems' in answer) return expect(answer.problems).toHaveLength(1);
          for (const rate of Object.values({
            ...answer.settings.rates,
            e: answer.settings.exportRates.http,
          })) {
            expect(rate >= 0 && rate <= 1).toBe(true);
          }
          for (const nanos of Object.values(answer.settings.slowThresholdNanos))
            expect(nanos >= 0).toBe(true);
        },
      ),
    );
  });

  it('does not apply a proposal that others overtook', () => {
    const { sampling } = live();
    const late = accepted(sampling, { METRICS_SAMPLING_RATE: '0.1' });
    sampling.apply(accepted(sampling, { METRICS_SAMPLING_RATE: '0.2' }), 'first');
    expect(sampling.apply(late, 'second')).toBeUndefined();
    expect(sampling.settings().rates.http).toBe(0.2);
    expect(sampling.audit()).toHaveLength(1);
  });

  it('writes down when, who, and from what to what, and marks it on the charts', () => {
    const { sampling, clock } = live();
    sampling.apply(accepted(sampling, { METRICS_SAMPLING_RATE: 'http=0.5' }), 'owner');
    sampling.apply(accepted(sampling, { METRICS_SAMPLING_RATE: 'http=0.5' }), 'nothing to change');
    expect(sampling.audit()).toEqual([
      {
        atMillis: clock.millis,
        who: 'owner',
        changes: [{ name: 'METRICS_SAMPLING_RATE', from: '1', to: 'http=0.5' }],
      },
    ]);
    expect(sampling.markers()).toEqual([
      { atMillis: clock.millis, kind: 'settings', label: 'METRICS_SAMPLING_RATE 1 → http=0.5 (owner)' },
    ]);
  });

  it('remembers the last hundred changes', () => {
    const { sampling } = live();
    for (let i = 1; i <= 150; i++)
      sampling.apply(accepted(sampling, { METRICS_SAMPLING_RATE: String(i / 1000) }), `change ${i}`);
    expect(sampling.audit()).toHaveLength(100);
    expect(sampling.audit()[0]!.who).toBe('change 51');
  });
});
