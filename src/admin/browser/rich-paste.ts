import { inertHtml } from './inert-html.ts';
import { isInCode, typeInto } from './markdown-keys.ts';

/** Pastes what was copied from a web page or a word processor as Markdown. Nothing of it runs, is loaded or leaves the browser. */

/** Of HTML: a long article with the styles that browsers add has some hundred thousand. */
const MAX_CHARACTERS = 1_000_000;
const MAX_ELEMENTS = 10_000;
const MAX_DEPTH = 60;

/** What plain text would lose. Paragraphs, lines, colours and fonts alone are no structure. */
const STRUCTURE =
  'a[href], b, strong, em, i, del, s, strike, h1, h2, h3, h4, h5, h6, ul, ol, dl, blockquote, img[src], table, hr, code, pre, sub, sup, kbd, mark, [id^="docs-internal-guid"], [data-style*="mso-list"], p[class*="MsoList"]';
const MONOSPACED = /font(?:-family)?\s*:[^;]*(?:mono|consol|courier|menlo|monaco|cascadia|fira code)/i;

const TOO_LARGE = `What you copied is too large to keep its form (more than ${MAX_CHARACTERS / 1_000_000} MB, or too many parts): it was pasted as plain text.`;
const DONE = 'Pasted as Markdown. Ctrl-Z takes it back, and Ctrl-Shift-V pastes plain text.';
const FAILED = 'Pasted as plain text: the blog does not answer.';

interface TextPolicy {
  createHTML(html: string): string;
}

declare global {
  interface Window {
    readonly trustedTypes?: {
      createPolicy(name: string, rules: TextPolicy): TextPolicy;
    };
  }
}

let policy: TextPolicy | undefined;

function trusted(html: string): string {
  const rules: TextPolicy = { createHTML: (text) => text };
  policy ??= window.trustedTypes?.createPolicy('pasted-text', rules) ?? rules;
  return policy.createHTML(html);
}

/** In a document that has no window: scripts do not run, and pictures are not fetched. */
function parsed(html: string): HTMLElement {
  const template = document.createElement('template');
  template.innerHTML = trusted(inertHtml(html));
  const body = template.content.ownerDocument.createElement('div');
  body.append(template.content);
  return body;
}

function isTooDeep(body: HTMLElement): boolean {
  const walker = document.createTreeWalker(body, NodeFilter.SHOW_ELEMENT);
  let depth = 0;
  while (depth <= MAX_DEPTH) {
    if (walker.firstChild() !== null) {
      depth++;
      continue;
    }
    while (walker.nextSibling() === null) {
      if (walker.parentNode() === null) return false;
      depth--;
    }
  }
  return true;
}

/** As code editors and terminals copy: all letters in a fixed width, and nothing that only texts have. */
function isCode(body: HTMLElement): boolean {
  if (body.querySelector('p, h1, h2, h3, h4, h5, h6, ul, ol, blockquote, img') !== null) return false;
  const walker = document.createTreeWalker(body, NodeFilter.SHOW_TEXT);
  let hasText = false;
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    if ((node.textContent ?? '').trim() === '' || node.parentElement?.closest('style, script, title'))
      continue;
    hasText = true;
    let element = node.parentElement;
    while (element !== null && !isFixed(element)) element = element.parentElement;
    if (element === null) return false;
  }
  return hasText;
}

function isFixed(element: Element): boolean {
  return /^(?:PRE|CODE)$/.test(element.tagName) || MONOSPACED.test(element.getAttribute('data-style') ?? '');
}

/** With empty lines around paragraphs, lists and the like, so that they do not become a part of what is there. */
export function placed(markdown: string, before: string, after: string): string {
  if (!/\n|^(?:#|>|\||---|```|[-*] |\d+[.)] )/.test(markdown)) return markdown;
  const lead = /(?:^|\n[ \t]*\n)[ \t]*$/.test(before) ? '' : /\n[ \t]*$/.test(before) ? '\n' : '\n\n';
  const tail = /^[ \t]*(?:$|\n[ \t]*(?:\n|$))/.test(after) ? '' : /^[ \t]*\n/.test(after) ? '\n' : '\n\n';
  return lead + markdown + tail;
}

/** Undone in one step, as `typeInto`, which takes Chromium ten seconds for a thousand lines. A text area has no elements: HTML is its text. */
function insert(area: HTMLTextAreaElement, text: string, start: number, end: number): void {
  const expected = area.value.slice(0, start) + text + area.value.slice(end);
  if (text.includes('\n') && document.activeElement === area) {
    area.setSelectionRange(start, end);
    const html = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
    if (document.execCommand('insertHTML', false, trusted(html))) {
      if (area.value === expected) return;
      document.execCommand('undo');
    }
  }
  typeInto(area, text, start, end);
}

/** The address of the blog, without a slash at its end. */
function blogOf(area: HTMLTextAreaElement): string {
  const base = area.form?.dataset['pictures']?.replace(/\/admin\/media$/, '') ?? '';
  return location.origin + base;
}

async function pasteInto(area: HTMLTextAreaElement, body: HTMLElement, plain: string): Promise<string> {
  const { selectionStart, selectionEnd, value } = area;
  const markdown = await import('./pasted-markdown.ts')
    .then(({ pastedMarkdown }) => pastedMarkdown(body, blogOf(area)))
    .catch(() => undefined);
  // Somebody may have typed on.
  const isSame = area.value === value;
  const start = isSame ? selectionStart : area.selectionStart;
  const end = isSame ? selectionEnd : area.selectionEnd;
  const text =
    markdown === undefined ? plain : placed(markdown, area.value.slice(0, start), area.value.slice(end));
  insert(area, text, start, end);
  return markdown === undefined ? FAILED : markdown === plain.trim() ? '' : DONE;
}

/** `status` says what happened to a paste. Plain text is left to the browser. */
export function addRichPaste(area: HTMLTextAreaElement, status: Element): void {
  const say = (words: string): void => {
    status.textContent = words;
  };
  // Ctrl-Z then takes back something else, or has taken this back.
  area.addEventListener('input', () => {
    if (status.textContent === DONE) say('');
  });
  let isPlainWanted = false;
  area.addEventListener('keydown', ({ key, shiftKey, ctrlKey, metaKey }) => {
    isPlainWanted = shiftKey && (ctrlKey || metaKey) && key.toLowerCase() === 'v';
  });
  area.addEventListener('paste', (event) => {
    const isPlain = isPlainWanted;
    isPlainWanted = false;
    const { clipboardData: copied, defaultPrevented } = event;
    if (isPlain || defaultPrevented || copied === null || copied.types.includes('vscode-editor-data')) return;
    const html = copied.getData('text/html');
    if (html === '' || isInCode(area.value.slice(0, area.selectionStart))) return;
    if (html.length > MAX_CHARACTERS) return say(TOO_LARGE);
    const body = parsed(html);
    if (body.querySelector(STRUCTURE) === null || isCode(body)) return;
    if (body.querySelectorAll('*').length > MAX_ELEMENTS || isTooDeep(body)) return say(TOO_LARGE);
    event.preventDefault();
    void pasteInto(area, body, copied.getData('text/plain')).then(say);
  });
}
