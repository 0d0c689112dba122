import type { LogPattern } from '../../../otel/query.ts';
import { patternQuery } from '../facts/log-query.ts';
import { shortened } from '../format/shortened.ts';
import type { Links } from '../links.ts';
import { plural, type Sentence } from './sentence.ts';

const MAX_IN_SENTENCE = 100;

/** The most frequent pattern of log lines, if one is: not if each has one line. */
export function patternWords(
  {
    patterns,
    patternCount,
  }: {
    readonly patterns: readonly Pick<LogPattern, 'level' | 'text' | 'count'>[];
    readonly patternCount: number;
  },
  links: Links,
): Sentence {
  const [most, second] = patterns;
  if (most === undefined) return [];
  if (most.count === 1 && patternCount > 1) return [{ text: ' No two of them are alike.' }];
  const isTie = second?.count === most.count;
  const all = most.count === 1 ? ' It is' : ' All of them:';
  const opening =
    patternCount === 1 ? all : isTie ? ' Several are equally frequent, such as' : ' Most often:';
  return [
    { text: `${opening} ` },
    {
      text: `“${shortened(most.text, MAX_IN_SENTENCE)}”`,
      href: links.to('/logs', { q: patternQuery(most.level, most.text) }),
    },
    { text: patternCount === 1 ? '.' : `, ${plural(most.count, 'time')}${isTie ? ' each' : ''}.` },
  ];
}
