import { replaceWith, unwrap } from './replaced-elements.ts';
import { tidyTables } from './tidy-tables.ts';
import { tidyWord } from './tidy-word.ts';

/** Pasted HTML before it becomes Markdown: without what is not text, and as other programs mean it. */

const LEFT_OUT =
  'head, title, style, script, noscript, template, iframe, object, embed, audio, video, svg, canvas, button, select, textarea, meta, link, [hidden], [aria-hidden="true"], .mw-editsection';
const BLOCKS =
  'address, article, aside, blockquote, dd, div, dl, dt, figure, h1, h2, h3, h4, h5, h6, header, hr, li, ol, p, pre, section, table, ul';
const HEADINGS = 'h1, h2, h3, h4, h5, h6';
/** The sign of a link from a heading to itself. */
const ANCHOR = /^[#¶§🔗\s\u200b]*$/u;

/** Changes the elements of a document that is not shown. */
export function tidyHtml(body: HTMLElement): void {
  for (const element of body.querySelectorAll(LEFT_OUT)) element.remove();
  tidyDocs(body);
  tidyWord(body);
  for (const element of body.querySelectorAll('span, font')) unwrap(element);
  body.normalize();
  tidyEmphasis(body);
  tidyLists(body);
  tidyCode(body);
  tidyPictures(body);
  tidyLinks(body);
  tidyTables(body);
}

/** Puts what is in an element into a new one inside of it. */
function wrapInside(element: Element, wrapper: Element): void {
  wrapper.append(...element.childNodes);
  element.append(wrapper);
}

/** Google Docs says with styles what is bold, and puts all of it into a `b` that is not. */
function tidyDocs(body: HTMLElement): void {
  const whole = body.querySelector('[id^="docs-internal-guid"]');
  if (whole === null) return;
  for (const span of body.querySelectorAll('span[data-style]')) {
    const style = span.getAttribute('data-style') ?? '';
    const wrap = (name: 'strong' | 'em' | 'del' | 'sub' | 'sup'): void =>
      wrapInside(span, body.ownerDocument.createElement(name));
    if (/font-weight:\s*(?:[6-9]00|bold)/.test(style)) wrap('strong');
    if (/font-style:\s*italic/.test(style)) wrap('em');
    if (/text-decoration:[^;]*line-through/.test(style)) wrap('del');
    const raised = /vertical-align:\s*(sub|super)/.exec(style)?.[1];
    if (raised !== undefined) wrap(raised === 'sub' ? 'sub' : 'sup');
  }
  unwrap(whole);
}

/** A heading is bold by itself, and no emphasis reaches over paragraphs. */
function tidyEmphasis(body: HTMLElement): void {
  for (const element of body.querySelectorAll('b, strong, i, em, del, s, strike, sub, sup, kbd, mark')) {
    const isBold = /^(?:B|STRONG)$/.test(element.tagName);
    const isNormal =
      isBold && /font-weight:\s*(?:normal|[1-5]00)/.test(element.getAttribute('data-style') ?? '');
    if (isNormal || element.querySelector(BLOCKS) !== null || (isBold && element.closest(HEADINGS) !== null))
      unwrap(element);
  }
  for (const line of body.querySelectorAll(`:is(${HEADINGS}) br`)) line.replaceWith(' ');
}

/** A list that is in a list, not in an item of it, belongs to the item before; a box to tick is a sign of its item. */
function tidyLists(body: HTMLElement): void {
  for (const list of body.querySelectorAll(':is(ul, ol) > :is(ul, ol)')) {
    const before = list.previousElementSibling;
    if (before?.tagName === 'LI') before.append(list);
    else unwrap(list);
  }
  for (const item of body.querySelectorAll('li')) {
    const [paragraph, ...others] = [...item.children].filter(({ tagName }) => tagName === 'P');
    if (paragraph !== undefined && others.length === 0) unwrap(paragraph);
  }
  for (const box of body.querySelectorAll('input')) {
    const item = box.type === 'checkbox' ? box.closest('li') : null;
    if (item !== null) item.dataset['task'] = box.hasAttribute('checked') ? 'x' : ' ';
    box.remove();
  }
  for (const list of body.querySelectorAll('ol'))
    for (const [index, item] of [...list.querySelectorAll<HTMLElement>(':scope > li')].entries())
      item.dataset['number'] = String(list.start + index);
  for (const item of body.querySelectorAll('li')) if (item.closest('ul, ol') === null) replaceWith(item, 'p');
}

function tidyCode(body: HTMLElement): void {
  for (const element of body.querySelectorAll('samp, tt')) replaceWith(element, 'code');
  for (const formula of body.querySelectorAll('math')) {
    const tex = formula.querySelector('annotation[encoding*="tex"]')?.textContent;
    if (tex !== undefined) replaceWith(formula, 'code').replaceChildren(tex.trim());
  }
  for (const block of body.querySelectorAll('pre')) {
    for (const line of block.querySelectorAll('br')) line.replaceWith('\n');
    const marked = [block.querySelector('code'), block, block.parentElement];
    const language = marked
      .map((each) => /\b(?:language|lang|highlight-source|brush:)[-\s]?([\w+#]+)/.exec(each?.className ?? ''))
      .find((found) => found !== null)?.[1];
    const code = body.ownerDocument.createElement('code');
    code.textContent = block.textContent;
    if (language !== undefined) code.className = `language-${language}`;
    block.replaceChildren(code);
  }
  for (const code of body.querySelectorAll('code')) {
    if (code.parentElement?.tagName === 'PRE') continue;
    const link = code.querySelector('a');
    const words = code.textContent;
    code.replaceChildren(words);
    if (link?.textContent !== words) continue;
    code.replaceWith(link);
    link.replaceChildren(code);
  }
}

/** Of an address on the web; of another one, the words. The caption of a figure is the title of its picture. */
function tidyPictures(body: HTMLElement): void {
  for (const picture of body.querySelectorAll('img')) {
    const isDot = [picture.getAttribute('width'), picture.getAttribute('height')].includes('1');
    picture.removeAttribute('title');
    if (isDot || !/^https?:\/\//i.test(picture.getAttribute('src') ?? '')) picture.replaceWith(picture.alt);
  }
  for (const figure of body.querySelectorAll('figure')) {
    const [picture, ...others] = figure.querySelectorAll('img');
    const caption = figure.querySelector('figcaption');
    if (picture === undefined || others.length > 0 || caption === null) continue;
    picture.title = caption.textContent.trim();
    caption.remove();
  }
  for (const caption of body.querySelectorAll('figcaption')) replaceWith(caption, 'p');
}

/** To addresses that a reader can open; around words, not around paragraphs. */
function tidyLinks(body: HTMLElement): void {
  for (const link of body.querySelectorAll('a')) {
    const isHeadingSign = link.closest(HEADINGS) !== null && ANCHOR.test(link.textContent);
    const isShown = link.textContent.trim() !== '' || link.querySelector('img') !== null;
    if (isHeadingSign || !isShown) link.replaceWith(isHeadingSign ? '' : link.textContent);
    else if (!/^(?:https?:\/\/|mailto:|tel:)/i.test(link.getAttribute('href') ?? '')) unwrap(link);
    else if (link.querySelector(BLOCKS) !== null) {
      for (const block of link.querySelectorAll(BLOCKS))
        if (
          block.querySelector(BLOCKS) === null &&
          block.textContent.trim() !== '' &&
          block.tagName !== 'PRE'
        )
          wrapInside(block, cloneOf(link));
      unwrap(link);
    }
  }
}

function cloneOf(link: HTMLAnchorElement): HTMLAnchorElement {
  const clone = link.ownerDocument.createElement('a');
  clone.setAttribute('href', link.getAttribute('href') ?? '');
  return clone;
}
