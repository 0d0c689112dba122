/** Letters beyond ASCII of Western languages, lower case: what windows-1252 is made for. */
const ALPHABETS: readonly ReadonlySet<string>[] = [
  'àâæçéèêëîïôœùûüÿ',
  'äöüßé',
  'áéíóúüñçàèïòö',
  'áâãàçéêíóôõú',
  'àèéìíîòóùú',
  'åäöéàü',
  'æøåéèêóòôü',
  'áðéíóúýþæö',
  'áðíóúýæøé',
  'ëïéèóöüáçêôûàâîúí',
  'äöõüšž',
  'áéíóú',
].map((letters) => new Set(letters));
/** Of the letters of a text: the rest are names and words of other languages. */
const MIN_SHARE = 0.9;
/** Fewer say nothing. */
const MIN_LETTERS = 5;

/**
 * Returns false for text that windows-1252 makes of another encoding, such as windows-1250: no language is written with its letters, or it has
 * signs within words, as in `mo¿e`.
 */
export function isWestern(text: string): boolean {
  const signs = text.match(/(?<=\p{Ll})[¿¡³¹²¾¼½ºª£¥§¶±¬](?=\p{Ll})/gu)?.length ?? 0;
  const letters = text.toLowerCase().match(/[ßà-öø-ÿœšžÿ]/g) ?? [];
  if (signs + letters.length < MIN_LETTERS) return true;
  const needed = MIN_SHARE * (letters.length + signs);
  return ALPHABETS.some((alphabet) => letters.filter((letter) => alphabet.has(letter)).length >= needed);
}
