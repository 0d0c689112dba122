import { escapeUTF8 } from 'entities/escape';

// XML 1.0 section 2.2 forbids these, even escaped; lone surrogates are not Unicode characters.
// oxlint-disable-next-line no-control-regex
const FORBIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;

/** Removes the characters that XML cannot hold. */
export function xmlText(text: string): string {
  return text.toWellFormed().replace(FORBIDDEN, '');
}

/** As `xmlText`, escaped for content and attributes. */
export function escapeXml(text: string): string {
  return escapeUTF8(xmlText(text));
}
