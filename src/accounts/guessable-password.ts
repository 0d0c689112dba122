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

/**
 * True for one of some 49,000 common passwords, also with a number behind, letters replaced, doubled or reversed, and for sequences,
 * repetitions, rows of keys and dates: what is tried early by who guesses offline. Loads its list when it is imported, ~40 ms.
 * Source: Wheeler, "zxcvbn: Low-Budget Password Strength Estimation", USENIX Security 2016.
 */
export function isGuessable(password: string): boolean {
  const parts = [password.slice(0, MAX_ESTIMATED_CHARACTERS), password.slice(-MAX_ESTIMATED_CHARACTERS)];
  return parts.every((part) => {
    const { score, guessesLog10 } = estimator.check(part, OWN_WORDS);
    return score < MIN_SCORE || guessesLog10 < MIN_GUESSES_LOG10;
  });
}
