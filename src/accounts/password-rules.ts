const MIN_CHARACTERS = 12;
/** Far more than anybody types; bounds the work of hashing. */
const MAX_CHARACTERS = 512;

/** What is wrong with a new password, by field; empty when nothing is. */
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
  // The list of common passwords is large, and most starts never ask for it.
  const { isGuessable } = await import('./guessable-password.ts');
  if (isGuessable(password))
    return {
      password:
        'The password is a common one, or a common word, row of keys or repetition with little added; it would be guessed early. Use a few unrelated words.',
    };
  return password === repeated ? {} : { repeated: 'The two passwords differ. Type the same one twice.' };
}
