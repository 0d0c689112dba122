import { describe, expect, it } from '@jest/globals';
import { fc } from '../../fixtures/properties.ts';
import { readTelemetryConfig } from '../../../otel/config.ts';
import { LiveSampling, type SamplingProposal } from '../../../otel/sampling/live-sampling.ts';
import { samplingSettings } from '../../../otel/sampling/sampling-settings.ts';
import type { SettingsRequest } from '../../../otel/base/settings-change.ts';
import { LIVE_SETTINGS } from '../../../otel/settings/live-settings.ts';
import { FakeClock } from './processor-fixture.ts';

function live(env: Record<string, string> = {}): { sampling: LiveSampling; clock: FakeClock } {
  const clock = new FakeClock();
  const config = readTelemetryConfig({ env });
  return { sampling: new LiveSampling(samplingSettings(config), config.settings, clock), clock };
}
function accepted(sampling: LiveSampling, request: SettingsRequest): SamplingProposal {
  const proposal = sampling.propose(request);
  if ('problems' in proposal) throw new Error(JSON.stringify(proposal.problems));
  return proposal;
}
const set = (sampling: LiveSampling, values: Record<string, string>, who = 'owner') =>
  sampling.apply(accepted(sampling, { values }), who);
const factsOf = (sampling: LiveSampling, name: string) =>
  sampling.facts().find((setting) => setting.name === name)!;

describe('LiveSampling', () => {
  it('changes nothing before a proposal is applied, and then everything at once', () => {
    const { sampling } = live();
    const before = sampling.settings();
    const proposal = accepted(sampling, {
      values: {
        METRICS_SAMPLING_RATE: 'database=0.1',
        METRICS_SLOW_QUERY_THRESHOLD: '0.5',
        METRICS_WHOLE_TRACE_ON_ERROR: 'false',
      },
    });
    expect(sampling.settings()).toBe(before);
    sampling.apply(proposal, 'owner');
    expect(sampling.settings()).toBe(proposal.settings);
    expect(sampling.settings()).toMatchObject({
      rates: { http: 1, database: 0.1, render: 1, other: 1 },
      slowThresholdNanos: { http: 1e9, database: 0.5e9, render: 0.25e9, other: Infinity },
      keepsWholeTrace: false,
    });
    expect(Object.isFrozen(sampling.settings())).toBe(true);
    expect(Object.isFrozen(sampling.settings().slowThresholdNanos)).toBe(true);
  });

  it('changes a limit without new settings of sampling, whose policies would forget what they counted', () => {
    const { sampling } = live();
    const before = sampling.settings();
    expect(sampling.limits.loopMillis).toBe(1000);
    set(sampling, { METRICS_LIMIT_LOOP: '2' });
    expect(sampling.settings()).toBe(before);
    expect(sampling.limits.loopMillis).toBe(2000);
    sampling.restore(new Map([['METRICS_LIMIT_LOOP', { text: '3', over: undefined, atMillis: 0 }]]), []);
    expect(sampling.limits.loopMillis).toBe(3000);
  });

  it('replaces rules and the target as a whole, as a form sends its lines', () => {
    const { sampling } = live({ METRICS_RULES: 'type=http: 0.5' });
    set(sampling, { METRICS_RULES: 'route=/a: never\r\n\r\n*: 0.5\r\n', METRICS_TARGET: '5' });
    expect(sampling.settings()).toMatchObject({
      target: 5,
      rules: [{ text: 'route=/a: never' }, { text: '*: 0.5' }],
    });
    expect(Object.isFrozen(sampling.settings().rules)).toBe(true);
    const proposal = sampling.propose({ values: { METRICS_RULES: '*: 1; type=http: 0' } });
    expect('problems' in proposal && proposal.problems[0]!.message).toContain(
      'rule 2 (type=http: 0) can never match',
    );
    set(sampling, { METRICS_RULES: 'none', METRICS_TARGET: '0' });
    expect(sampling.settings()).toMatchObject({ target: 0, rules: [] });
  });

  it('lets the export rate follow until it is set, and again when it is emptied', () => {
    const { sampling } = live();
    set(sampling, { METRICS_SAMPLING_RATE: '0.5' });
    expect(sampling.settings().exportRates.http).toBe(0.5);
    set(sampling, { METRICS_EXPORT_SAMPLING_RATE: '0.1' });
    set(sampling, { METRICS_SAMPLING_RATE: '1' });
    expect([sampling.settings().rates.http, sampling.settings().exportRates.http]).toEqual([1, 0.1]);
    set(sampling, { METRICS_EXPORT_SAMPLING_RATE: ' ' });
    expect(sampling.settings().exportRates.http).toBe(1);
    expect(factsOf(sampling, 'METRICS_EXPORT_SAMPLING_RATE')).toMatchObject({
      text: '',
      value: 'as METRICS_SAMPLING_RATE',
    });
  });

  it('lets the page override an environment that sets the export rate, also by emptying it', () => {
    const { sampling } = live({ METRICS_EXPORT_SAMPLING_RATE: '0.25' });
    set(sampling, { METRICS_EXPORT_SAMPLING_RATE: '' });
    expect(sampling.settings().exportRates.http).toBe(1);
    expect(sampling.effective(readTelemetryConfig({ env: {} }).settings)).toContainEqual(
      expect.objectContaining({
        name: 'METRICS_EXPORT_SAMPLING_RATE',
        value: 'as METRICS_SAMPLING_RATE',
        source: 'page',
      }),
    );
  });

  it.each([
    [{ METRICS_SAMPLING_RATE: '1.5' }, ['METRICS_SAMPLING_RATE'], /a rate from 0 to 1/],
    [{ METRICS_SAMPLING_RATE: 'databse=1' }, ['METRICS_SAMPLING_RATE'], /did you mean database\?/],
    [{ METRICS_SLOW_QUERY_THRESHOLD: '-1' }, ['METRICS_SLOW_QUERY_THRESHOLD'], /from 0 to 3600, got "-1"/],
    [{ METRICS_WHOLE_TRACE_ON_ERROR: 'perhaps' }, ['METRICS_WHOLE_TRACE_ON_ERROR'], /true or false, got/],
    [{ METRICS_BUFFER_SIZE: '10' }, ['METRICS_BUFFER_SIZE'], /cannot change while the process runs/],
    [{ METRICS_SAMPLING_RATE: '1'.repeat(30_000) }, ['METRICS_SAMPLING_RATE'], /at most 20000 characters/],
    [
      { __proto__x: '1', METRICS_SAMPLING_RATE: '', METRICS_SLOW_RENDER_THRESHOLD: 'x' },
      ['__proto__x', 'METRICS_SAMPLING_RATE', 'METRICS_SLOW_RENDER_THRESHOLD'],
      /cannot change/,
    ],
  ])('rejects %j with all problems', (values, names, message) => {
    const answer = live().sampling.propose({ values });
    if (!('problems' in answer)) throw new Error('accepted');
    expect(answer.problems.map((problem) => problem.name)).toEqual(names);
    expect(answer.problems[0]!.message).toMatch(message);
  });

  it('rejects or returns valid settings, whatever is written', () => {
    const { sampling } = live();
    fc.assert(
      fc.property(
        fc.constantFrom(...LIVE_SETTINGS.map(({ name }) => name)),
        fc.oneof(fc.string(), fc.double().map(String)),
        (name, text) => {
          const answer = sampling.propose({ values: { [name]: text } });
          if ('problems' in answer) return expect(answer.problems).toHaveLength(1);
          const { rates, exportRates, slowThresholdNanos } = answer.settings;
          for (const rate of [...Object.values(rates), ...Object.values(exportRates)])
            expect(rate >= 0 && rate <= 1).toBe(true);
          for (const nanos of Object.values(slowThresholdNanos)) expect(nanos >= 0).toBe(true);
        },
      ),
    );
  });

  it('does not apply an outdated proposal', () => {
    const { sampling } = live();
    const late = accepted(sampling, { values: { METRICS_SAMPLING_RATE: '0.1' } });
    set(sampling, { METRICS_SAMPLING_RATE: '0.2' }, 'first');
    expect(sampling.apply(late, 'second')).toBeUndefined();
    expect(sampling.settings().rates.http).toBe(0.2);
    expect(sampling.changes).toHaveLength(1);
  });

  it('removes what the page set, so that the environment applies', () => {
    const { sampling } = live({ METRICS_SAMPLING_RATE: '0.5' });
    set(sampling, { METRICS_SAMPLING_RATE: '0.2', METRICS_SLOW_QUERY_THRESHOLD: '2' });
    expect(factsOf(sampling, 'METRICS_SAMPLING_RATE')).toMatchObject({
      value: '0.2',
      source: 'page',
      environment: { value: '0.5', source: 'environment' },
      page: { over: '0.5', isOutdated: false },
    });
    const request = {
      values: { METRICS_SAMPLING_RATE: 'typed, and of no consequence' },
      takenBack: ['METRICS_SAMPLING_RATE', 'METRICS_SLOW_QUERY_THRESHOLD'],
    };
    expect(sampling.apply(accepted(sampling, request), 'owner')!.changes).toEqual([
      { name: 'METRICS_SAMPLING_RATE', from: '0.2', to: '0.5', by: 'environment' },
      { name: 'METRICS_SLOW_QUERY_THRESHOLD', from: '2', to: '1.0', by: 'default' },
    ]);
    expect(sampling.settings().rates.http).toBe(0.5);
    expect(sampling.page.size).toBe(0);
  });

  it('keeps the name of whoever set an unchanged value', () => {
    const { sampling } = live({ METRICS_SAMPLING_RATE: '0.5' });
    const all = Object.fromEntries(sampling.facts().map(({ name, text }) => [name, text]));
    expect(accepted(sampling, { values: all }).changes).toEqual([]);
    set(sampling, { ...all, METRICS_SLOW_QUERY_THRESHOLD: '2' });
    expect([...sampling.page.keys()]).toEqual(['METRICS_SLOW_QUERY_THRESHOLD']);
  });

  it('restores the settings of an earlier process, reports where the environment has changed, and leaves out invalid values', () => {
    const before = live({ METRICS_SAMPLING_RATE: '0.5' }).sampling;
    set(before, { METRICS_SAMPLING_RATE: '0.2' });
    const after = live({ METRICS_SAMPLING_RATE: '0.7' }).sampling;
    const odd = { text: '7', over: undefined, atMillis: 1 };
    const page = new Map([
      ...before.page,
      ['METRICS_SLOW_RENDER_THRESHOLD', { ...odd, text: 'x' }],
      ['METRICS_GONE', odd],
    ] as const);
    const problems = after.restore(page, before.changes);
    expect(problems.map(({ name }) => name)).toEqual(['METRICS_SLOW_RENDER_THRESHOLD', 'METRICS_GONE']);
    expect(after.settings().rates.http).toBe(0.2);
    expect(after.settings().slowThresholdNanos.render).toBe(0.25e9);
    expect(factsOf(after, 'METRICS_SAMPLING_RATE').page).toMatchObject({ over: '0.5', isOutdated: true });
    expect(after.changes).toEqual(before.changes);
  });

  it('records when, who, and from what to what', () => {
    const { sampling, clock } = live();
    set(sampling, { METRICS_SAMPLING_RATE: 'http=0.5' });
    set(sampling, { METRICS_SAMPLING_RATE: 'http=0.5' }, 'nothing to change');
    expect(sampling.changes).toEqual([
      {
        atMillis: clock.millis,
        who: 'owner',
        changes: [{ name: 'METRICS_SAMPLING_RATE', from: '1', to: 'http=0.5', by: 'page' }],
      },
    ]);
  });

  it('remembers the last hundred changes', () => {
    const { sampling } = live();
    for (let i = 1; i <= 150; i++) set(sampling, { METRICS_SAMPLING_RATE: String(i / 1000) }, `change ${i}`);
    expect(sampling.changes).toHaveLength(100);
    expect(sampling.changes[0]!.who).toBe('change 51');
  });
});
