const MIN_CHARACTERS = 12;
/** Far more than anybody types; bounds the work of hashing. */
const MAX_CHARACTERS = 512;
const MIN_DIFFERENT_CHARACTERS = 5;
/** Long enough for the length rule, and the first that are tried. */
const COMMON = [
  'password',
  'passwort',
  'glasshouse',
  'qwerty',
  'qwertz',
  'letmein',
  'iloveyou',
  'administrator',
  'welcome',
];

/** What is wrong with a new password, by field; empty when nothing is. */
export function passwordProblems(
  password: string,
  repeated: string,
): { password?: string; repeated?: string } {
  const characters = [...password.normalize('NFKC')];
  if (characters.length < MIN_CHARACTERS) {
    const found = characters.length === 1 ? '1 character' : `${characters.length} characters`;
    return {
      password: `The password has ${found}; it needs at least ${MIN_CHARACTERS}. A few unrelated words are easy to remember and hard to guess.`,
    };
  }
  if (characters.length > MAX_CHARACTERS)
    return { password: `The password is longer than ${MAX_CHARACTERS} characters.` };
  if (new Set(characters).size < MIN_DIFFERENT_CHARACTERS)
    return {
      password: `The password uses fewer than ${MIN_DIFFERENT_CHARACTERS} different characters; it would be guessed early.`,
    };
  if (isCommon(characters.join('').toLowerCase()))
    return {
      password:
        'The password is a common word with a number or a repetition; it would be guessed early. Add unrelated words.',
    };
  if (password.normalize('NFKC') !== repeated.normalize('NFKC'))
    return { repeated: 'The two passwords differ. Type the same one twice.' };
  return {};
}

/** Nothing is left of it once well-known words, digits and signs are taken out. */
function isCommon(password: string): boolean {
  const rest = COMMON.reduce((text, word) => text.replaceAll(word, ''), password);
  return rest.length < password.length && !/\p{L}{3}/u.test(rest);
}
