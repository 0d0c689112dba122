/** What shows a file in a text: a picture with its alternative text, or a link. */
export function mediaMarkdown({
  url,
  path,
  alt,
  isPicture,
}: {
  /** Escaped. */
  readonly url: string;
  readonly path: string;
  readonly alt: string;
  readonly isPicture: boolean;
}): string {
  const label = isPicture ? alt : path.slice(path.lastIndexOf('/') + 1);
  const plain = label.replace(/\s+/g, ' ').replace(/[\\[\]]/g, '\\$&');
  return `${isPicture ? '!' : ''}[${plain}](${url.replace(/[()]/g, (sign) => (sign === '(' ? '%28' : '%29'))})`;
}
