/** Writes into the text as if it were typed, so that undo takes it back. */
export function typeInto(area: HTMLTextAreaElement, text: string, start: number, end: number): void {
  if (document.activeElement === area) {
    area.setSelectionRange(start, end);
    if (document.execCommand(text === '' ? 'delete' : 'insertText', false, text)) return;
  }
  area.setRangeText(text, start, end, 'end');
  area.dispatchEvent(new Event('input', { bubbles: true }));
}

const MARKER =
  /^(?<indent>[ \t]*(?:> ?)*)(?<marker>[-*+]|(?<number>\d{1,9})(?<sign>[.)]))(?<space> +)(?<task>\[[ xX]\] +)?/;

/** What begins the next item of the list that a line belongs to: its marker, or nothing to end the list; undefined for other lines. */
export function nextItem(line: string): { readonly text: string; readonly isEmpty: boolean } | undefined {
  const found = MARKER.exec(line);
  const { indent = '', marker = '', number, sign = '', space = ' ', task } = found?.groups ?? {};
  if (found === null) return undefined;
  const next = number === undefined ? marker : `${Number(number) + 1}${sign}`;
  const text = `${indent}${next}${space}${task === undefined ? '' : '[ ] '}`;
  return { text, isEmpty: line.length === found[0].length };
}

/** True behind the fence of a block of code that has not ended. */
export function isInCode(before: string): boolean {
  return (before.match(/^ {0,3}(?:```|~~~)/gm)?.length ?? 0) % 2 === 1;
}

const SIGNS: Readonly<Record<string, readonly [string, string]>> = {
  b: ['**', '**'],
  i: ['*', '*'],
  k: ['[', ']()'],
};

/** How much of a line is a marker that was written for the owner, who then typed one by habit; 0 if nothing is twice. */
export function doubleMarker(lineBefore: string, line: string): number {
  const written = nextItem(lineBefore)?.text;
  if (written === undefined || !line.startsWith(written)) return 0;
  return nextItem(line.slice(written.length))?.isEmpty === true ? written.length : 0;
}

/** What an address that is pasted over selected words becomes: their link. Undefined if it is to replace them. */
export function pastedLink(selected: string, pasted: string): string | undefined {
  const address = pasted.trim();
  if (!/^(?:https?:\/\/|mailto:)[^\s<>]+$/.test(address) || /^\s*$|[\n[\]]|:\/\//.test(selected))
    return undefined;
  const isPlain = !/[()]/.test(address);
  return `[${selected}](${isPlain ? address : `<${address}>`})`;
}

/** Enter continues a list, or ends it after an empty item; Ctrl-B, Ctrl-I and Ctrl-K mark what is selected; a pasted address links it. */
export function addMarkdownKeys(area: HTMLTextAreaElement): void {
  area.addEventListener('keydown', (event) => {
    const { selectionStart: start, selectionEnd: end, value } = area;
    if (event.isComposing || event.altKey || event.shiftKey) return;
    if (event.ctrlKey || event.metaKey) {
      const signs = SIGNS[event.key];
      if (signs === undefined) return;
      event.preventDefault();
      const [before, after] = signs;
      typeInto(area, before + value.slice(start, end) + after, start, end);
      const inside = event.key === 'k' && start < end ? end + before.length + 2 : start + before.length;
      area.setSelectionRange(inside, event.key === 'k' ? inside : inside + end - start);
      return;
    }
    if (event.key !== 'Enter' || start !== end) return;
    const lineStart = value.lastIndexOf('\n', start - 1) + 1;
    const item = isInCode(value.slice(0, lineStart)) ? undefined : nextItem(value.slice(lineStart, start));
    if (item === undefined) return;
    event.preventDefault();
    // An empty line, as text right below a list belongs to its last item.
    if (item.isEmpty) typeInto(area, '\n', lineStart, start);
    else typeInto(area, `\n${item.text}`, start, start);
  });
  area.addEventListener('paste', (event) => {
    const { selectionStart: start, selectionEnd: end, value } = area;
    const link = pastedLink(value.slice(start, end), event.clipboardData?.getData('text/plain') ?? '');
    // Code is typed as it is.
    if (link === undefined || isInCode(value.slice(0, start))) return;
    event.preventDefault();
    typeInto(area, link, start, end);
  });
  area.addEventListener('input', (event) => {
    if (!(event instanceof InputEvent) || event.data !== ' ') return;
    const { selectionStart: caret, value } = area;
    const lineStart = value.lastIndexOf('\n', caret - 1) + 1;
    const before = value.slice(0, lineStart).split('\n').at(-2) ?? '';
    const double = doubleMarker(before, value.slice(lineStart, caret));
    if (double === 0) return;
    typeInto(area, '', lineStart, lineStart + double);
    area.setSelectionRange(caret - double, caret - double);
  });
}
