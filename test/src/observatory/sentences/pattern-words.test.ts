import { describe, expect, it } from '@jest/globals';
import type { LogPattern } from '../../../../otel/query.ts';
import { Links } from '../../../../src/observatory/links.ts';
import { patternWords } from '../../../../src/observatory/sentences/pattern-words.ts';
import { sentenceText } from '../../../../src/observatory/sentences/sentence.ts';

const LINKS = new Links('/o', {});

type Pattern = Pick<LogPattern, 'level' | 'text' | 'count'>;

describe('patternWords', () => {
  const of = (text: string, count: number): Pattern => ({ text, count, level: 'info' });
  const say = (...patterns: readonly Pattern[]): string =>
    sentenceText(patternWords({ patterns, patternCount: patterns.length }, LINKS));

  it.each([
    ['one is the most frequent', [of('a', 3), of('b', 2)], ' Most often: “a”, 3 times.'],
    [
      'two are equally frequent',
      [of('a', 3), of('b', 3)],
      ' Several are equally frequent, such as “a”, 3 times each.',
    ],
    ['no two are alike', [of('a', 1), of('b', 1)], ' No two of them are alike.'],
    ['all are alike', [of('a', 3)], ' All of them: “a”.'],
  ])('%s', (_, patterns, words) => expect(say(...patterns)).toBe(words));
});
