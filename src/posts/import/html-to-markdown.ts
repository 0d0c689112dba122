// No library: those that convert HTML choose among Markdown's spellings and drop what has none. This one keeps every element.
import { decodeHTML } from 'entities';
import { replaceClosed, withoutComments } from './closed-parts.ts';
import { boundedDepth } from '../markdown/bounded-depth.ts';
import { PutAside, withoutPlaces } from './put-aside.ts';
import { fenceFor } from './shortcode-parts.ts';
import { Parser } from '../../markup/html-tokens.ts';

const INLINE: ReadonlySet<string> = new Set(
  `a abbr b bdi bdo br cite code data del dfn em i img ins kbd mark q s samp small span strong sub sup time tt u var wbr`.split(
    ' ',
  ),
);

interface Part {
  /** The element's name; undefined for text and inline elements. */
  readonly name: string | undefined;
  readonly html: string;
}

/**
 * HTML as Markdown that renders to the same: paragraphs and code blocks become those of Markdown, so that a post has a summary and
 * highlighted code; other elements stay HTML.
 */
export function htmlToMarkdown(html: string): string {
  return partsOf(html)
    .map((part) =>
      part.name === 'p' ? paragraph(part.html) : part.name === 'pre' ? codeBlock(part.html) : block(part),
    )
    .filter((text) => text !== '')
    .join('\n\n');
}

/** The elements at the top, in order; text and inline elements between them are one part each. Comments are left out. */
function partsOf(html: string): readonly Part[] {
  const parts: Part[] = [];
  let loose = '';
  let depth = 0;
  let start = 0;
  const endLoose = (): void => {
    if (loose.trim() !== '') parts.push({ name: undefined, html: loose });
    loose = '';
  };
  const bounded = boundedDepth(html);
  const parser = new Parser(
    {
      onopentag() {
        bounded.onOpenTag();
        if (depth++ === 0) start = parser.startIndex;
      },
      onclosetag(name) {
        bounded.onCloseTag();
        if (--depth > 0) return;
        depth = 0;
        // An element that another one ends has no tag of its own there.
        const isClosed = html.startsWith('</', parser.startIndex) || parser.startIndex === start;
        const source = html.slice(start, isClosed ? parser.endIndex + 1 : parser.startIndex);
        if (INLINE.has(name)) loose += source;
        else {
          endLoose();
          parts.push({ name, html: source });
        }
      },
      ontext(text) {
        if (depth === 0) loose += text;
      },
    },
    { ...bounded.parser, decodeEntities: false, lowerCaseTags: true },
  );
  parser.write(html);
  parser.end();
  endLoose();
  return parts;
}

/** Text on one line, with the characters escaped that Markdown reads; elements stay. A paragraph with attributes stays as it is. */
function paragraph(html: string): string {
  const inner = html
    .slice('<p>'.length)
    .trimEnd()
    .replace(/<\/p\s*>$/i, '');
  return /^<p>/i.test(html) && isInline(inner) ? inlineText(inner) : block({ name: 'p', html });
}

function isInline(html: string): boolean {
  return [...html.matchAll(/<\/?([a-z][a-z0-9-]*)/gi)].every(([, name]) =>
    INLINE.has((name ?? '').toLowerCase()),
  );
}

/** Signs of Markdown, or a bare address: the blog makes a link of it, of which a backslash would be a part. */
const SIGNS =
  /(?<![\p{L}\p{N}_])(https?:\/\/[a-z\d-]+(?:\.[a-z\d-]+)+(?::\d+)?[/?#][\w~/?#&=%.:;@+,-]*)|[\\`*_[~]/giu;

function inlineText(html: string): string {
  // What is behind the last tag has no end to look for.
  const end = html.lastIndexOf('>') + 1;
  const pieces = withoutComments(html.slice(0, end)).split(/(<[^>]*>)/);
  pieces.push('', html.slice(end));
  const text = pieces
    .map((piece, index) => {
      if (index % 2 === 1) return piece.startsWith('<!--') ? '' : piece.replaceAll(/(?<!\s)\s*\n\s*/g, ' ');
      return piece
        .replaceAll(SIGNS, (sign, address: string | undefined) => address ?? `\\${sign}`)
        .replaceAll(/[\t\n\r ]+/g, ' ');
    })
    .join('')
    .trim();
  return text.replace(/^(\d{1,9})([.)])(?=\s|$)/, String.raw`$1\$2`).replace(/^[#+>:-]/, String.raw`\$&`);
}

/** A fenced block, if there is nothing but text in it. */
function codeBlock(html: string): string {
  const match = /^<pre\b([^>]*)>(?:\s*<code\b([^>]*)>)?([\s\S]*?)(?:<\/code>\s*)?<\/pre\s*>$/i.exec(html);
  const [, onPre = '', onCode = '', inner = ''] = match ?? [];
  if (match === null || /<[a-z!/]/i.test(inner)) return block({ name: 'pre', html });
  const code = decodeHTML(inner.replace(/^\n/, '')).replace(/\n$/, '');
  const language = /\b(?:language|lang|brush:\s?)-?([\w+#-]+)/i.exec(`${onCode} ${onPre}`)?.[1] ?? '';
  const fence = fenceFor(code);
  return `${fence}${language}\n${code}\n${fence}`;
}

/** HTML that Markdown passes through: one block, which begins with an element and has no blank lines. */
function block({ name, html }: Part): string {
  if (name === undefined) return inlineText(html);
  const kept = new PutAside();
  const rest = replaceClosed(
    withoutPlaces(withoutComments(html)),
    /<pre\b[^<>]*>/gi,
    () => /<\/pre\s*>/gi,
    (_, _inner, whole) => kept.put(whole.replaceAll(/\n(?=[ \t]*\n)/g, '&#10;')),
  );
  const text = kept.putBack(rest.replaceAll(/(?<![ \t])[ \t]*\n\s*/g, '\n')).trim();
  // Other names begin no block of Markdown.
  return BLOCKS.has(name) || text === '' ? text : `<div>\n${text}\n</div>`;
}

/** CommonMark 0.31.2, section 4.6, condition 6, as far as the blog shows them. */
const BLOCKS: ReadonlySet<string> = new Set(
  `address article aside blockquote center details dd div dl dt figcaption figure footer h1 h2 h3 h4 h5 h6 header hr iframe li main
   menu nav ol p section summary table tbody td tfoot th thead tr ul`.split(/\s+/),
);
