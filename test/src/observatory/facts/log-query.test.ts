import { describe, expect, it } from '@jest/globals';
import type { LogTerm } from '../../../../otel/query.ts';
import {
  isOnlyLevel,
  parseLogQuery,
  patternQuery,
  withLevel,
} from '../../../../src/observatory/facts/log-query.ts';
import { anyText, fc } from '../../../fixtures/properties.ts';

const ID = '4bf92f3577b34da6a3ce929d0e0e4736';
const text = (words: string): LogTerm => ({ field: 'text', text: words });
const levels = (...names: readonly Extract<LogTerm, { field: 'level' }>['levels'][number][]): LogTerm => ({
  field: 'level',
  levels: names,
});

function termsOf(query: string): readonly LogTerm[] {
  const { terms, problems } = parseLogQuery(query);
  expect(problems).toEqual([]);
  return terms.map(({ term }) => term);
}

describe('parseLogQuery', () => {
  it.each<[string, LogTerm]>([
    ['failed', text('failed')],
    ['"sign-in failed"', text('sign-in failed')],
    ['/admin/sign-in?x=1', text('/admin/sign-in?x=1')],
    ['status:404', text('status:404')],
    ['path=/x', text('path=/x')],
    ['SQLITE*', { field: 'text', text: 'SQLITE*', begins: true }],
    ['"two w*"', text('two w*')],
    ['-bot', { ...text('bot'), negated: true }],
    ['-"two words"', { ...text('two words'), negated: true }],
    ['level:warn', levels('warn')],
    ['level:Warning', levels('warn')],
    ['level=info,error', levels('info', 'error')],
    ['level:>=warn', levels('warn', 'error', 'fatal')],
    ['level<info', levels('trace', 'debug')],
    ['level!=info', { ...levels('info'), negated: true }],
    ['-level:info', { ...levels('info'), negated: true }],
    [ID, { field: 'trace', traceId: ID }],
    [`trace:${ID.toUpperCase()}`, { field: 'trace', traceId: ID }],
    [`00-${ID}-00f067aa0ba902b7-01`, { field: 'trace', traceId: ID }],
    [`https://blog.example/admin/metrics-dashboard/traces/${ID}?span=1`, { field: 'trace', traceId: ID }],
    [`"${ID}"`, text(ID)],
  ])('reads %j', (query, term) => expect(termsOf(query)).toEqual([term]));

  it.each([
    ['level:loud', /level:loud.*was not understood.*trace, debug, info, warn, error, fatal/],
    ['level:>=warn,error', /was not understood/],
    ['trace:4bf9', /trace:4bf9.*was not understood/],
    ['::', /no letter and no digit/],
    ['ab*', /too short/],
    ['*', /no letter/],
  ])('says what is wrong with %j', (query, problem) => {
    expect(parseLogQuery(`${query} failed`)).toMatchObject({
      problems: [expect.stringMatching(problem)],
      terms: [{ term: text('failed') }],
    });
  });

  it('reads any text', () => {
    fc.assert(
      fc.property(anyText(), (typed) => {
        const { terms, problems } = parseLogQuery(typed);
        expect(terms.length).toBeLessThanOrEqual(20);
        for (const problem of problems) expect(problem.length).toBeLessThan(300);
      }),
    );
  });
});

describe('a level of a query', () => {
  it('is put in place of others, and taken away again', () => {
    const some = parseLogQuery('level:>=info failed');
    expect(withLevel(some, 'warn')).toBe('failed level:warn');
    const warn = parseLogQuery('failed level:warn');
    expect([isOnlyLevel(some, 'warn'), isOnlyLevel(warn, 'warn')]).toEqual([false, true]);
    expect(withLevel(warn, 'warn')).toBe('failed');
    expect(withLevel(parseLogQuery(''), 'fatal')).toBe('level:fatal');
  });
});

it('a pattern is found by its level and by what stands between its numbers', () => {
  expect(patternQuery('warn', 'sign-in failed # times for "#"')).toBe(
    'level:warn "sign-in failed" "times for"',
  );
  expect(termsOf(patternQuery('info', '#'))).toEqual([levels('info')]);
});
