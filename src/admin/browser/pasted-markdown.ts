import TurndownService from 'turndown';
import { columnsOf, columnsOfCell, sidesOf } from './tidy-tables.ts';
import { tidyHtml } from './tidy-html.ts';

/** Loaded with the first paste that needs it. */

/** Bare addresses, which become links as they are. */
const ADDRESS = /(https?:\/\/[^\s<>]+)/i;

function makeService(): TurndownService {
  const service = new TurndownService({
    headingStyle: 'atx',
    hr: '---',
    bulletListMarker: '-',
    codeBlockStyle: 'fenced',
    emDelimiter: '*',
    br: '\\',
  });
  const escape = service.escape.bind(service);
  service.escape = (text) =>
    text
      .split(ADDRESS)
      .map((part, index) => (index % 2 === 1 ? part : escapeMore(escape(part))))
      .join('');
  service.addRule('link', {
    filter: (node) => node.nodeName === 'A' && node.hasAttribute('href'),
    replacement: (content, node) => {
      const address = attribute(node, 'href');
      return content === address ? content : `[${content}](${inParentheses(address)})`;
    },
  });
  service.addRule('picture', {
    filter: 'img',
    replacement: (_, node) => {
      const title = escapeMore(attribute(node, 'title')).replaceAll('"', '\\"').replaceAll(/\s+/g, ' ');
      const alt = service.escape(attribute(node, 'alt')).replaceAll(/\s+/g, ' ').trim();
      return `![${alt}](${inParentheses(attribute(node, 'src'))}${title === '' ? '' : ` "${title}"`})`;
    },
  });
  service.addRule('deleted', {
    filter: (node) => /^(?:DEL|S|STRIKE)$/.test(node.nodeName),
    replacement: (content) => `~~${content}~~`,
  });
  service.addRule('small element', {
    filter: (node) => /^(?:SUB|SUP|KBD|MARK)$/.test(node.nodeName),
    replacement: (content, node) => {
      const name = node.nodeName.toLowerCase();
      return `<${name}>${content}</${name}>`;
    },
  });
  service.addRule('item', { filter: 'li', replacement: (content, node) => item(content, node) });
  addTableRules(service);
  return service;
}

/** What this blog reads besides: HTML, references of characters, and struck words. */
function escapeMore(text: string): string {
  return text.replaceAll(/<(?=[a-z/!?])|&(?=#?\w+;)|~~/gi, String.raw`\$&`);
}

function attribute(node: TurndownService.Node, name: string): string {
  return node instanceof Element ? (node.getAttribute(name) ?? '') : '';
}

function inParentheses(address: string): string {
  return address.replaceAll(/[\s()<>\\]/g, (sign) =>
    sign === '(' ? '%28' : sign === ')' ? '%29' : encodeURIComponent(sign),
  );
}

function item(content: string, node: TurndownService.Node): string {
  const number = attribute(node, 'data-number');
  const marker = number === '' ? '- ' : `${number}. `;
  const task = attribute(node, 'data-task');
  const text = content.trim().replaceAll(/\n(?=[^\n])/g, `\n${' '.repeat(marker.length)}`);
  return `${marker}${task === '' ? '' : `[${task}] `}${text}\n`;
}

/** The first row is its head, as Markdown has no table without one. */
function addTableRules(service: TurndownService): void {
  service.addRule('cell', {
    filter: ['th', 'td'],
    replacement: (content, node) => {
      const text = content
        .trim()
        .replaceAll(/\s*\\?\n\s*/g, ' ')
        .replaceAll(/(?<!\\)\|/g, String.raw`\|`);
      return ` ${text} |${'  |'.repeat(spanOf(node) - 1)}`;
    },
  });
  service.addRule('row', {
    filter: 'tr',
    replacement: (content, node) => {
      const table = node.parentElement?.closest('table');
      const columns = Number(table?.dataset['columns']);
      const missing = node instanceof HTMLTableRowElement ? columns - columnsOf(node) : 0;
      const head = table?.rows[0] === node ? `\n|${ruleOf(table, columns)}` : '';
      return `\n|${content}${'  |'.repeat(Math.max(0, missing))}${head}`;
    },
  });
  service.addRule('part of a table', {
    filter: ['thead', 'tbody', 'tfoot', 'colgroup'],
    replacement: (content) => content,
  });
  service.addRule('table', { filter: 'table', replacement: (content) => `\n\n${content.trim()}\n\n` });
}

const RULES = { left: ':--', center: ':-:', right: '--:' };

function ruleOf(table: HTMLTableElement, columns: number): string {
  const sides = sidesOf(table, columns);
  return sides.map((side) => ` ${side === undefined ? '---' : RULES[side]} |`).join('');
}

function spanOf(node: TurndownService.Node): number {
  return node instanceof HTMLTableCellElement ? columnsOfCell(node) : 1;
}

/**
 * `body` is of a document that is not shown; it is changed. Addresses below `blog`, as `https://blog.example`, become those of texts, as
 * `/media/pane.jpg`.
 */
export function pastedMarkdown(body: HTMLElement, blog: string): string {
  tidyHtml(body);
  for (const name of ['href', 'src'])
    for (const element of body.querySelectorAll(`[${name}]`)) {
      const address = element.getAttribute(name) ?? '';
      if (address.startsWith(`${blog}/`)) element.setAttribute(name, address.slice(blog.length));
    }
  return makeService().turndown(body).replaceAll('\u00a0', ' ').trim();
}
