import type { MediaFile } from '../media/media-store.ts';

/** What shows a file in a text, with the alternative text that it was given. */
export function pictureMarkdown({ url, alt }: Pick<MediaFile, 'url' | 'alt'>): string {
  const plain = (alt ?? '').replace(/\s+/g, ' ').replace(/[\\[\]]/g, '\\$&');
  return `![${plain}](${url.replace(/[()]/g, (sign) => (sign === '(' ? '%28' : '%29'))})`;
}
