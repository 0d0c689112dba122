import { expect, it } from '@jest/globals';
import { RecentAnswers } from '../../../otel/aggregate/recent-answers.ts';

it('asks once within a second, and again after something was counted', () => {
  let now = 1000;
  let asked = 0;
  const answers = new RecentAnswers<number>(() => now);
  const ask = (question = 'a'): number => answers.of(question, () => ++asked);
  expect([ask(), ask(), ask('b'), ask()]).toEqual([1, 1, 2, 1]);
  answers.forget();
  expect([ask(), ask()]).toEqual([3, 3]);
  now = 2000;
  expect(ask()).toBe(4);
  for (let i = 0; i < 100; i++) ask(String(i));
  expect(asked).toBe(104);
});
