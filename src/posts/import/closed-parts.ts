/**
 * Replaces each part of a text from an opening to its closing mark, in linear time: where no closing mark follows, as one expression with
 * `[\s\S]*?` would find anew for each opening, none is looked for again. Both expressions are global.
 */
export function replaceClosed(
  text: string,
  open: RegExp,
  /** The closing mark of an opening. */
  closeOf: (opening: RegExpExecArray) => RegExp,
  replace: (opening: RegExpExecArray, inner: string, whole: string) => string,
): string {
  const unclosed = new Set<string>();
  let replaced = '';
  let from = 0;
  open.lastIndex = 0;
  for (let opening = open.exec(text); opening !== null; opening = open.exec(text)) {
    const close = closeOf(opening);
    if (unclosed.has(close.source)) continue;
    close.lastIndex = open.lastIndex;
    const closing = close.exec(text);
    if (closing === null) {
      unclosed.add(close.source);
      continue;
    }
    const end = close.lastIndex;
    const inner = text.slice(open.lastIndex, closing.index);
    replaced += text.slice(from, opening.index) + replace(opening, inner, text.slice(opening.index, end));
    from = end;
    open.lastIndex = end;
  }
  return replaced + text.slice(from);
}

/** Without comments; one that is not closed stays. */
export function withoutComments(html: string): string {
  return replaceClosed(
    html,
    /<!--/g,
    () => /-->/g,
    () => '',
  );
}
