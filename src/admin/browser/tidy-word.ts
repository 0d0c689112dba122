/** Lists of Word, which are paragraphs with a sign that it draws itself, as lists. */

/** What Word calls the styles of its lists; the number is the level. */
const LIST_CLASS = /\bMsoList(?:Paragraph|Bullet|Number)?(\d?)/;
/** A sign with the blanks that follow it, where the style that marks it was lost on the way. */
const SIGN =
  /^[\s\u00a0]*([·•◦▪§oüØ\u2013-]|\(?(?:\d+\.)*(?:\d+|[a-z]{1,4})[.)])[\s\u00a0]*\u00a0[\s\u00a0]+/i;
const NUMBER = /^[\s\u00a0]*\(?(?:\d+\.)*(\d+|[a-z]{1,4})(?:[.)]|[\s\u00a0]*$)/i;
const LISTED = 'p[data-style*="mso-list"], p[class*="MsoList"]';

interface ListItem {
  readonly level: number;
  readonly name: 'ol' | 'ul';
  readonly start: number;
  /** Word's list: another one may follow at once. */
  readonly list: string;
}

interface OpenList {
  readonly element: HTMLElement;
  readonly name: 'ol' | 'ul';
  readonly list: string;
}

export function tidyWord(body: HTMLElement): void {
  let lists: readonly OpenList[] = [];
  for (const paragraph of body.querySelectorAll<HTMLElement>(LISTED)) {
    const found = itemOf(paragraph);
    if (found === undefined) continue;
    if (paragraph.previousElementSibling !== lists[0]?.element) lists = [];
    lists = lists.slice(0, found.level);
    const last = lists.at(-1);
    const isOther = lists.length === found.level && (last?.name !== found.name || last.list !== found.list);
    if (isOther) lists = lists.slice(0, -1);
    if (lists.length < found.level) lists = [...lists, opened(found, lists.at(-1)?.element, paragraph)];
    const item = body.ownerDocument.createElement('li');
    item.append(...paragraph.childNodes);
    lists.at(-1)?.element.append(item);
    paragraph.remove();
  }
  for (const sign of body.querySelectorAll(':is(h1, h2, h3, h4, h5, h6) [data-style*="mso-list:"]'))
    if (isSign(sign)) sign.textContent = `${words(sign)} `;
}

function opened(item: ListItem, above: HTMLElement | undefined, paragraph: HTMLElement): OpenList {
  const element = paragraph.ownerDocument.createElement(item.name);
  if (element instanceof HTMLOListElement && item.start !== 1) element.start = item.start;
  const itemAbove = above?.lastElementChild;
  if (itemAbove === null || itemAbove === undefined) paragraph.before(element);
  else itemAbove.append(element);
  return { element, name: item.name, list: item.list };
}

/** Takes the sign out of a paragraph that is an item of a list; undefined: it is none. */
function itemOf(paragraph: HTMLElement): ListItem | undefined {
  const style = paragraph.getAttribute('data-style') ?? '';
  const given = /mso-list\s*:\s*(?:(\w+)\s+)?[^;]*\blevel(\d)/.exec(style);
  const isListed = given !== null || !/mso-list\s*:\s*(?:none|skip)/.test(style);
  const marked = [...paragraph.querySelectorAll('[data-style*="mso-list"]')].find(isSign);
  if (!isListed || (given === null && marked === undefined && !SIGN.test(paragraph.textContent)))
    return undefined;
  const sign = marked === undefined ? withoutSign(paragraph) : words(marked);
  marked?.remove();
  const number = NUMBER.exec(sign)?.[1];
  return {
    level: Number(given?.[2] ?? LIST_CLASS.exec(paragraph.className)?.[1]) || 1,
    name: number === undefined || sign === 'o' ? 'ul' : 'ol',
    start: Number(number) || 1,
    list: given?.[1] ?? '',
  };
}

function isSign(element: Element): boolean {
  return /mso-list\s*:\s*ignore/i.test(element.getAttribute('data-style') ?? '');
}

const words = (element: Element): string => element.textContent.replaceAll(/[\s\u00a0]+/g, ' ').trim();

/** Removes the first characters of a paragraph, through all of its elements. Returns the sign. */
function withoutSign(paragraph: HTMLElement): string {
  const found = SIGN.exec(paragraph.textContent);
  const walker = paragraph.ownerDocument.createTreeWalker(paragraph, NodeFilter.SHOW_TEXT);
  let left = found?.[0].length ?? 0;
  for (let node = walker.nextNode(); node !== null && left > 0; node = walker.nextNode()) {
    const text = node.textContent ?? '';
    node.textContent = text.slice(left);
    left -= Math.min(left, text.length);
  }
  return found?.[1] ?? '';
}
