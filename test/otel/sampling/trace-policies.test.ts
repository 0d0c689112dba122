import { describe, expect, it } from '@jest/globals';
import { ArrivalRates } from '../../../otel/sampling/arrival-rates.ts';
import { REJECT_ALL } from '../../../otel/sampling/consistent-threshold.ts';
import { policySetOf } from '../../../otel/sampling/policy-set.ts';
import { parseSamplingRules } from '../../../otel/settings/sampling-rules.ts';
import type { EndedSpan } from '../../../otel/spans/operation.ts';
import { rootOf } from './arrivals-fixture.ts';
import { endedSpan } from './ended-span-fixture.ts';
import { settingsOf } from './processor-fixture.ts';

const R = { high: 1, low: 1 };
const traceOf = (root: EndedSpan, traceId = 't') => ({
  traceId,
  randomness: R,
  isKeptWhole: false,
  rootOperation: root,
  operations: [root],
  live: 0,
});

function start(rules: string, target = 0) {
  const clock = { seconds: 1 };
  const settings = { ...settingsOf(0.5), rules: parseSamplingRules(rules), target };
  const policies = policySetOf(settings, [], new ArrivalRates(() => clock.seconds * 1e9));
  return {
    clock,
    policies,
    ofTrace: (root: EndedSpan, id?: string) => policies.ofTrace!(traceOf(root, id), root),
  };
}

function withAgent(root: EndedSpan, agent: string): EndedSpan {
  return endedSpan({ ...root, span: { attributes: { 'user_agent.original': agent } } });
}

describe('the policies of a trace', () => {
  it('are the same for all without rules and targets', () => {
    expect(start('none').policies.ofTrace).toBeUndefined();
  });

  it('are created once per kind of trace, in any order of arrival', () => {
    const { ofTrace } = start('route=/a type=http: 0.1; status=5xx type=http: never');
    const kinds = [
      rootOf('GET /a'),
      rootOf('GET /b'),
      rootOf('GET /b', 500),
      rootOf('GET /a', 503),
      rootOf('job'),
    ];
    const first = kinds.map((root) => ofTrace(root));
    // A successful request for /b and a job have the same rules left: none.
    expect(new Set(first).size).toBe(4);
    expect(kinds.map((root) => ofTrace(root))).toEqual(first);
    for (const [i, root] of kinds.entries()) expect(ofTrace(root)).toBe(first[i]);
  });

  it('change with the threshold of a target, and not before', () => {
    const { ofTrace, clock } = start('none', 5);
    const root = rootOf('GET /');
    const first = ofTrace(root, '0');
    expect(ofTrace(root, '1')).toBe(first);
    for (let i = 2; i < 1000; i++) ofTrace(root, String(i));
    clock.seconds += 11;
    const later = ofTrace(root, 'later');
    expect(later).not.toBe(first);
    expect(ofTrace(root, 'last')).toBe(later);
  });

  it('are right for more kinds than are cached', () => {
    const words = Array.from({ length: 13 }, (_, i) => `w${String.fromCharCode(97 + i)}`);
    const { ofTrace } = start(words.map((word) => `user_agent~${word} attribute.n=${word}: never`).join(';'));
    const root = rootOf('GET /');
    for (let combination = 0; combination < 2 ** 13; combination += 3) {
      const agent = words.filter((_, i) => combination & (1 << i)).join(' ');
      const { rules } = ofTrace(withAgent(root, agent));
      expect(rules.map(({ name }) => name.split(' ')[0])).toEqual(
        agent === '' ? [] : agent.split(' ').map((word) => `user_agent~${word}`),
      );
      const named = endedSpan({ ...root, span: { attributes: { n: words[0]! } } });
      expect(rules[0]?.keep(named, traceOf(root))).toBe(combination & 1 ? REJECT_ALL : undefined);
    }
  });
});
