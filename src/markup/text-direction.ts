// Primary subtags written from right to left by default, and right-to-left script subtags.
const RIGHT_TO_LEFT_LANGUAGES = new Set([
  'ar',
  'ckb',
  'dv',
  'fa',
  'he',
  'iw',
  'ks',
  'ps',
  'sd',
  'ug',
  'ur',
  'yi',
]);
const RIGHT_TO_LEFT_SCRIPTS = new Set(['adlm', 'arab', 'hebr', 'nkoo', 'rohg', 'syrc', 'thaa']);

/** The direction a BCP 47 language is read in: `ar` is rtl, `az-Arab` too, `az` is not. */
export function textDirection(language: string): 'ltr' | 'rtl' {
  const [primary = '', second = ''] = language.toLowerCase().split('-');
  if (second.length === 4) return RIGHT_TO_LEFT_SCRIPTS.has(second) ? 'rtl' : 'ltr';
  return RIGHT_TO_LEFT_LANGUAGES.has(primary) ? 'rtl' : 'ltr';
}
