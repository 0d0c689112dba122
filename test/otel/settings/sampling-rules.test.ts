import { describe, expect, it } from '@jest/globals';
import { fc } from '../../fixtures/properties.ts';
import { readTelemetryConfig } from '../../../otel/config.ts';
import { formatSamplingRules } from '../../../otel/settings/sampling-rule.ts';
import { parseSamplingRules } from '../../../otel/settings/sampling-rules.ts';
import { covers, matcherOf, overlap, type TextPattern } from '../../../otel/settings/text-pattern.ts';

const texts = (written: string): readonly string[] => parseSamplingRules(written).map(({ text }) => text);

function problemOf(written: string): string {
  try {
    parseSamplingRules(written);
  } catch (error) {
    return String(error);
  }
  return 'none';
}

describe('METRICS_RULES', () => {
  it('is split at lines and semicolons, with quotes and colons in routes', () => {
    const rules = [
      'route=/feed.* type=http: 0.01',
      'status=5xx: always',
      'route=/:slug: never',
      'user_agent~bot: target 1',
    ];
    expect(texts(rules.join(';'))).toEqual(rules);
    expect(texts(`\n${rules.join('\n\n')} ;`)).toEqual(rules);
    expect(texts('ROUTE = /a   Type=HTTP:0.5; attribute.user.tier="a; b": always ;*:0')).toEqual([
      'route=/a type=http: 0.5',
      'attribute.user.tier="a; b": always',
      '*: 0',
    ]);
    expect(texts('header.X-Tenant=acme status=404 duration>=0.20: TARGET 0.5')).toEqual([
      'header.x-tenant=acme status=404 duration>=0.2: target 0.5',
    ]);
    expect(texts('none')).toEqual([]);
  });

  it('takes a former name of an attribute for its name now', () => {
    expect(texts('attribute.http.response.outcome=aborted: always')).toEqual([
      'attribute.operation.outcome=aborted: always',
    ]);
  });

  it('accepts JSON, too', () => {
    const json = [
      { route: '/feed.*', type: 'http', keep: 0.01 },
      { status: '5xx', keep: 'always' },
      { 'user_agent~': 'bot', duration: 0.2, keep: 'target 1' },
      '*: never',
    ];
    expect(texts(JSON.stringify(json))).toEqual([
      'route=/feed.* type=http: 0.01',
      'status=5xx: always',
      'user_agent~bot duration>=0.2: target 1',
      '*: never',
    ]);
    for (const wrong of ['[1]', '[', '[{"route":"/a"}]', '[null]', '["status=5xx: alwys"]'])
      expect(problemOf(wrong)).toContain('expected rules such as');
  });

  it('reports all problems in one message, with the number of the rule and the nearest word', () => {
    const written = [
      'rout=/a: 1',
      'type=databse: 1',
      'status=600: 1',
      'duration=1: 1',
      'duration>=-1: 1',
      'route.x=/: 1',
      'attribute=x: 1',
      'route=/x: alway',
      'route=/y: 1.5',
      'route=/z: target 0',
      'route=/:slug',
      'route: 1',
      ': 1',
      'route=/a b: 1',
      'status=200: 1',
      `route=/${'x'.repeat(300)}: 1`,
    ];
    const problem = problemOf(written.join('\n'));
    for (const [number, words] of [
      [1, 'unknown condition "rout"; did you mean route?'],
      [2, 'unknown type "databse"; did you mean database?'],
      [3, 'a status is a code such as 404 or a class such as 4xx'],
      [4, 'duration takes >='],
      [5, 'a duration is seconds from 0'],
      [6, 'route takes no name'],
      [7, 'attribute needs a name'],
      [8, 'did you mean always?'],
      [9, 'a rate from 0 to 1'],
      [10, 'a rate from 0 to 1'],
      [11, 'got "slug"'],
      [12, '"route" is not a condition'],
      [13, 'it has no condition; `*` matches'],
      [14, '"b" is not a condition'],
      [16, 'at most 256 characters'],
    ] as const)
      expect(problem).toMatch(
        new RegExp(`rule ${number} \\([^;]*?\\): [^;]*${escaped(words)}|rule ${number} .*${escaped(words)}`),
      );
    expect(problem).not.toContain('rule 15');
  });

  it.each([
    ['type=http type=database: 1', 1, 'both conditions on its type'],
    ['status=404 status=5xx: 1', 1, 'both conditions on its status'],
    ['route=/a* route=/b*: 1', 1, 'both conditions on its route'],
    ['user_agent=bot user_agent~mozilla: 1', 1, 'both conditions on its user_agent'],
    ['*: 1; type=http: 0.5', 2, 'rule 1 comes first'],
    ['type=http: 1; type=render: 1; type=http route=/a: 0.5', 3, 'rule 1 comes first'],
    ['status=4xx: 1; status=404 type=http: 0.5', 2, 'rule 1 comes first'],
    ['duration>=0.1: 1; duration>=0.2: 0.5', 2, 'rule 1 comes first'],
    ['route=/feed*: 1; route=/feed.rss: 0.5', 2, 'rule 1 comes first'],
    ['attribute.a~x: 1; attribute.a=axb: 0.5', 2, 'rule 1 comes first'],
    ['route=/a: 1; route=/a: never', 2, 'rule 1 comes first'],
  ])('refuses what can never match: %s', (written, number, why) => {
    expect(problemOf(written)).toMatch(
      new RegExp(`rule ${number} \\(.*\\) can never match: .*${escaped(why)}`),
    );
  });

  it.each([
    'status=404 status=4xx: 1',
    'route=/a* route=*b: 1',
    'type=http: 1; route=/a: 1',
    'status=404: 1; status=4xx: 1',
    'duration>=0.2: 1; duration>=0.1: 1',
    'attribute.a=x attribute.a=y: 1',
    'attribute.a=x: 1; attribute.b=x: 1',
    'route=*bot*: 1; route~bot: 1',
    'header.a=x: 1; attribute.a=x: 1',
  ])('leaves what may match: %s', (written) => {
    expect(problemOf(written)).toBe('none');
  });

  it('is formatted as it is parsed', () => {
    const value = fc
      .string({ minLength: 0, maxLength: 12 })
      .filter((text) => [...text].every((sign) => sign >= ' '));
    const condition = fc.oneof(
      value.map((text) => `attribute.a.b=${JSON.stringify(text)}`),
      value.map((text) => `route~${JSON.stringify(text)}`),
      fc.integer({ min: 100, max: 599 }).map((code) => `status=${code}`),
      fc.double({ min: 0, max: 1000, noNaN: true }).map((seconds) => `duration>=${seconds}`),
    );
    const action = fc.oneof(
      fc.double({ min: 0, max: 1, noNaN: true }).map(String),
      fc.constantFrom('always', 'never', 'target 3.5'),
    );
    fc.assert(
      fc.property(fc.array(condition, { minLength: 1, maxLength: 3 }), action, (conditions, done) => {
        const written = `${conditions.join(' ')}: ${done}`;
        fc.pre(problemOf(written) === 'none');
        const rules = parseSamplingRules(written);
        expect(parseSamplingRules(formatSamplingRules(rules))).toEqual(rules);
      }),
    );
    expect(parseSamplingRules(formatSamplingRules([]))).toEqual([]);
  });

  it('never throws anything else, whatever is written', () => {
    const words = fc.constantFrom(
      'route',
      '=',
      '~',
      '>=',
      ':',
      ' ',
      ';',
      '"',
      '\\',
      '\n',
      '*',
      '/a',
      'never',
      'target',
      '1',
      '.',
      '[',
      '{',
    );
    fc.assert(
      fc.property(fc.array(words, { maxLength: 25 }), (parts) => {
        expect(problemOf(parts.join(''))).toMatch(/^(?:none|InvalidSetting: )/);
      }),
      { numRuns: 2000 },
    );
  });

  it('is an error at the start, together with a target without effect', () => {
    const read = (env: Record<string, string>) => readTelemetryConfig({ env, strictSettings: true });
    expect(() => read({ METRICS_RULES: 'type=http: 1; type=http: 0' })).toThrow('can never match');
    expect(read({ METRICS_TARGET: '5' }).warnings.join()).toContain('METRICS_TARGET has no effect');
    const both = read({ METRICS_TARGET: '5', METRICS_SAMPLING_RATE: '0', METRICS_RULES: '*: 1' });
    expect([both.target, both.rules.length, both.warnings]).toEqual([5, 1, []]);
    expect(() => read({ METRICS_TARGET: '0.001' })).toThrow('0 (off) or a number of traces per second');
  });
});

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

describe('text patterns', () => {
  const glob = fc.array(fc.constantFrom('a', 'b', 'B', '*'), { maxLength: 6 }).map((parts) => parts.join(''));
  const pattern: fc.Arbitrary<TextPattern> = fc.record({ text: glob, isPart: fc.boolean() });
  const words = ['', 'a', 'b', 'B', 'A'].flatMap((one) =>
    ['', 'a', 'b', 'c'].flatMap((two) =>
      ['', 'a', 'b'].flatMap((three) => ['', 'a', 'bb', 'Ba'].map((four) => one + two + three + four)),
    ),
  );
  const expression = ({ text, isPart }: TextPattern): RegExp => {
    const inner = text.replaceAll('*', '.*');
    return isPart ? new RegExp(inner, 'i') : new RegExp(`^${inner}$`);
  };

  it('match what a regular expression matches', () => {
    fc.assert(
      fc.property(pattern, (one) => {
        const matches = matcherOf(one);
        expect(words.filter(matches)).toEqual(words.filter((word) => expression(one).test(word)));
      }),
    );
  });

  it('cover only what they match, and overlap if a text matches both', () => {
    fc.assert(
      fc.property(pattern, pattern, (one, other) => {
        const both = words.filter((word) => matcherOf(one)(word) && matcherOf(other)(word));
        if (both.length > 0) expect(overlap(one, other)).toBe(true);
        if (covers(one, other))
          expect(words.filter((word) => matcherOf(other)(word) && !matcherOf(one)(word))).toEqual([]);
      }),
      { numRuns: 1000 },
    );
  });
});
