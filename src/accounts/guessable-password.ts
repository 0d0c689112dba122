import { readFileSync } from 'node:fs';
import { ZxcvbnFactory } from '@zxcvbn-ts/core';
import { adjacencyGraphs, dictionary } from '@zxcvbn-ts/language-common';

/** The estimate costs more than linear time; of a longer password its beginning and its end are looked at, and one has to be strong. */
const MAX_ESTIMATED_CHARACTERS = 100;
/** Of 0–4; 3 is "safely unguessable" only against some attacks, and common passwords with a year behind reach it. */
const MIN_SCORE = 3;
const MIN_GUESSES_LOG10 = 9.5;
/** Words that anybody tries here. */
const OWN_WORDS = ['glasshouse', 'passwort', 'administrator', 'owner', 'blog', 'welcome', 'letmein'];

const estimator = new ZxcvbnFactory({
  dictionary,
  graphs: adjacencyGraphs,
  maxLength: MAX_ESTIMATED_CHARACTERS,
});

/** Common ones of at least twelve characters, some 12,000; what stands before them in the file is their licence. */
export const COMMON_LONG_PASSWORDS: ReadonlySet<string> = new Set(
  readFileSync(new URL('./common-passwords.txt', import.meta.url), 'utf8')
    .split('--- passwords ---\n')[1]!
    .trimEnd()
    .split('\n'),
);

/**
 * True for a common password that is long enough here, in any case, and by an estimate for one of some 49,000 common ones of any length
 * with a number behind, letters replaced, doubled or reversed, and for sequences, repetitions, rows of keys and dates: what is tried early
 * by who guesses offline. The estimate alone takes every second one of the list. Loads its data when it is imported, ~40 ms.
 * Source: Wheeler, "zxcvbn: Low-Budget Password Strength Estimation", USENIX Security 2016.
 */
export function isGuessable(password: string): boolean {
  if (COMMON_LONG_PASSWORDS.has(password.toLowerCase())) return true;
  const parts = [password.slice(0, MAX_ESTIMATED_CHARACTERS), password.slice(-MAX_ESTIMATED_CHARACTERS)];
  return parts.every((part) => {
    const { score, guessesLog10 } = estimator.check(part, OWN_WORDS);
    return score < MIN_SCORE || guessesLog10 < MIN_GUESSES_LOG10;
  });
}
