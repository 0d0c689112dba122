/** A tag of HTML text: `text.slice(start, end)`. */
export interface ScannedTag {
  readonly start: number;
  readonly end: number;
  /** As written; `!--` is a comment. */
  readonly name: string;
  readonly isClosing: boolean;
  /** Between name and end, the slash of a void tag left out. */
  readonly attributes: string;
  /** `/` when the tag ends so. */
  readonly slash: string;
}

const TAG_START = /^<(\/?)([a-zA-Z][a-zA-Z0-9-]*)/;
const MAX_NAME_CHARACTERS = 100;

/** Where a text next occurs; remembers when it does not any more, so that asking again and again stays cheap. */
class Finder {
  readonly #text: string;
  readonly #wanted: string;
  #isOver = false;

  constructor(text: string, wanted: string) {
    this.#text = text;
    this.#wanted = wanted;
  }

  from(position: number): number {
    if (this.#isOver) return -1;
    const found = this.#text.indexOf(this.#wanted, position);
    this.#isOver = found === -1;
    return found;
  }
}

/**
 * The tags and comments of HTML text, one after the other, in time linear in its length whatever is in it. What only begins like a tag is
 * text. Start tags of scripts span their content and end tag.
 */
export function* scanTags(html: string): Generator<ScannedTag> {
  const quotes = { '"': new Finder(html, '"'), "'": new Finder(html, "'") };
  const commentEnds = new Finder(html, '-->');
  const scriptEnds = new Finder(html.toLowerCase(), '</script');
  const special = /["'<>]/g;

  /** The position of the `>` that ends the tag whose name ends at `position`; -1 when there is none. */
  const endOf = (position: number): number => {
    special.lastIndex = position;
    for (;;) {
      const found = special.exec(html);
      if (found === null || found[0] === '<') return -1;
      if (found[0] === '>') return found.index;
      const close = quotes[found[0] as '"' | "'"].from(found.index + 1);
      if (close === -1) return -1;
      special.lastIndex = close + 1;
    }
  };

  for (let at = html.indexOf('<'); at !== -1; at = html.indexOf('<', at)) {
    const commentEnd = html.startsWith('<!--', at) ? commentEnds.from(at + 4) : -1;
    if (commentEnd !== -1) {
      yield { start: at, end: commentEnd + 3, name: '!--', isClosing: false, attributes: '', slash: '' };
      at = commentEnd + 3;
      continue;
    }
    const match = TAG_START.exec(html.slice(at, at + MAX_NAME_CHARACTERS));
    const close = match === null ? -1 : endOf(at + match[0].length);
    if (match === null || close === -1) {
      at++;
      continue;
    }
    const name = match[2]!;
    const isClosing = match[1] === '/';
    const inner = html.slice(at + match[0].length, close);
    let end = close + 1;
    if (!isClosing && name.toLowerCase() === 'script') {
      const scriptEnd = scriptEnds.from(end);
      const scriptClose = scriptEnd === -1 ? -1 : html.indexOf('>', scriptEnd);
      if (scriptClose !== -1) end = scriptClose + 1;
    }
    const slash = inner.endsWith('/') ? '/' : '';
    yield { start: at, end, name, isClosing, attributes: slash === '' ? inner : inner.slice(0, -1), slash };
    at = end;
  }
}
