/** How many pictures of a rendered text have no alternative text. */
export function picturesWithoutAlt(rendered: string): number {
  return rendered.match(/<img\b[^>]*\balt=""/g)?.length ?? 0;
}

/** `2 pictures have no alternative text.` */
export function withoutAltText(count: number): string {
  return `${count} ${count === 1 ? 'picture has' : 'pictures have'} no alternative text.`;
}
