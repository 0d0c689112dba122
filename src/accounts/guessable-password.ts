import { readFileSync } from 'node:fs';
import { ZxcvbnFactory } from '@zxcvbn-ts/core';
import { adjacencyGraphs, dictionary } from '@zxcvbn-ts/language-common';

/** The estimate takes more than linear time; of a longer password, the beginning and the end are estimated, and one has to be strong. */
const MAX_ESTIMATED_CHARACTERS = 100;
/** On a scale of 0–4. 3 is "safely unguessable" only against some attacks, and a common password with a year appended reaches it. */
const MIN_SCORE = 3;
const MIN_GUESSES_LOG10 = 9.5;
/** Words an attacker would try on this blog. */
const OWN_WORDS = ['glasshouse', 'passwort', 'administrator', 'owner', 'blog', 'welcome', 'letmein'];

const estimator = new ZxcvbnFactory({
  dictionary,
  graphs: adjacencyGraphs,
  maxLength: MAX_ESTIMATED_CHARACTERS,
});

/** Some 12,000 common passwords of at least twelve characters; the file begins with their licence. */
export const COMMON_LONG_PASSWORDS: ReadonlySet<string> = new Set(
  readFileSync(new URL('./common-passwords.txt', import.meta.url), 'utf8')
    .split('--- passwords ---\n')[1]!
    .trimEnd()
    .split('\n'),
);

/**
 * Returns true for a password that an offline attack tries early: a common password (in any letter case), one of some 49,000 common ones
 * with a number appended or letters replaced, doubled or reversed, sequences, repetitions, rows of keys, dates. The estimate alone
 * accepts every second entry of the list. Loads its data on import, ~40 ms.
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
