const MIN_CHARACTERS = 12;
/** More than anyone types; bounds the work of hashing. */
const MAX_CHARACTERS = 512;

/** Returns the problems of a new password by field; empty if there are none. */
export async function passwordProblems(
  password: string,
  repeated: string,
): Promise<{ password?: string; repeated?: string }> {
  const characters = [...password].length;
  if (characters < MIN_CHARACTERS) {
    const found = characters === 1 ? '1 character' : `${characters} characters`;
    return {
      password: `The password has ${found}; it needs at least ${MIN_CHARACTERS}. A few unrelated words are easy to remember and hard to guess.`,
    };
  }
  if (characters > MAX_CHARACTERS)
    return { password: `The password is longer than ${MAX_CHARACTERS} characters.` };
  // Imported on demand: the list of common passwords is large.
  const { isGuessable } = await import('./guessable-password.ts');
  if (isGuessable(password))
    return {
      password:
        'The password is easy to guess: a common password, word, row of keys or repetition with little added. Use a few unrelated words.',
    };
  return password === repeated ? {} : { repeated: 'The passwords differ. Enter the same one twice.' };
}
