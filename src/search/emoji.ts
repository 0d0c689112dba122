/** A sign with what changes its look: a skin tone, a selector, the tags of a region. */
const SIGN = String.raw`[[\p{Extended_Pictographic}\p{Emoji_Presentation}]--[\p{L}\p{N}\p{RI}\p{Cn}]][\ufe0e\ufe0f]?\p{Emoji_Modifier}?[\u{e0020}-\u{e007f}]*`;

/**
 * An emoji as readers see it, as a pattern with the flag v: a flag, a keycap, or signs that are joined. By its structure, as in UTS #51, and not `\p{RGI_Emoji}`: that is a list
 * of thousands which would be tried at each letter, and lacks sequences typed without selectors. Digits, # and * alone are none.
 */
export const EMOJI: string = String.raw`\p{RI}{2}|[0-9#*]\ufe0f?\u20e3|\u2139\ufe0f|${SIGN}(?:\u200d${SIGN})*`;

const LOOKS = /[\ufe0e\ufe0f]|\p{Emoji_Modifier}/gu;
/** FTS5's tokenizer splits at these. */
const SEPARATORS: Readonly<Record<string, string>> = { '#': '＃', '*': '＊' };

/** Without skin tone and selectors: 👍🏽 is found by 👍, and ❤️ by ❤. */
export function foldEmoji(emoji: string): string {
  const plain = emoji.replace(LOOKS, '').replace(/^[#*]/, (sign) => SEPARATORS[sign] ?? sign);
  return plain === '' ? emoji : plain;
}
