import { slugOf } from '../post-path.ts';
import { withoutComments as withoutHtmlComments } from './closed-parts.ts';
import { mapProse } from './prose.ts';
import { PutAside, withoutPlaces } from './put-aside.ts';

export interface VaultFacts {
  /** The address of a note by its name or path; undefined if it is not imported. */
  readonly addressOf: (name: string) => string | undefined;
  /** Where a file of the vault is, by its name or path; undefined if there is none. */
  readonly fileOf: (name: string) => string | undefined;
  /** Called for links to notes that are not imported. */
  readonly missing: (name: string) => void;
}

const LINK = /(!?)\[\[([^[\]\n|#\uFDD0]*)(#[^[\]\n|\uFDD0]*)?(?:\|([^[\]\n]*))?\]\]/g;
const FORMULA = /\$\$[^\uFDD0]*?\$\$|\$(?=\S)[^$\n\uFDD0]*(?<=\S)\$/g;
/** After a blank; up to the next one, or to a punctuation mark other than `_`, `-` and `/`. */
const TAG = /(?<=^|\s)#([^\s\u2000-\u206f\u2e00-\u2e7f'!"#$%&()*+,.:;<=>?@^`{|}~[\]\\]+)/gu;
/** At the end of a line or on one of its own. */
const BLOCK_ID = /(?:^|[ \t])\^[A-Za-z0-9-]+[ \t]*$/gm;
const INDENTED_CODE = /(?:^|\n[ \t]*\n)(?:(?: {4}|\t)[^\n]*(?:\n|$))+/g;
const PICTURE = /\.(?:png|jpe?g|gif|webp|avif|svg|bmp)$/i;

/** Notes of Obsidian as Markdown: links and embeds between notes, marks and block ids; comments (`%%…%%`) are private and left out. */
export function obsidianNote(markdown: string, facts: VaultFacts): string {
  return outsideOfCode(markdown, (text, put) =>
    withoutComments(text)
      .replaceAll(FORMULA, put)
      .replaceAll(BLOCK_ID, '')
      .replaceAll(
        LINK,
        (_, bang: string, name: string, heading: string | undefined, label: string | undefined) =>
          bang === '!' ? embedded(name, label, facts) : linked({ name, heading, label }, facts),
      )
      .replaceAll(/==(?=\S)([^=\n]+?)(?<=\S)==/g, '<mark>$1</mark>'),
  );
}

/** The tags written in a note's text; none of comments, code, links, addresses and HTML. The text keeps them as written. */
export function tagsInNote(markdown: string): string[] {
  let prose = '';
  outsideOfCode(markdown, (text) => (prose = withoutComments(text).replaceAll(FORMULA, '$')));
  const text = withoutHtmlComments(prose)
    .replaceAll(INDENTED_CODE, '\n\n')
    .replaceAll(/<[^<>]*>/g, '<>')
    .replaceAll(/\[[^[\]\n]*\](?:\([^()\n]*\))?/g, '[]');
  const tags = [...text.matchAll(TAG)].map(([, tag]) => tag!.replace(/\/$/, ''));
  return [...new Set(tags)].filter((tag) => !/^\d*$/.test(tag));
}

/** Changes the text in which code is a mark, so that what is around it can be seen as a whole; `put` leaves another part as it is. */
function outsideOfCode(
  markdown: string,
  change: (text: string, put: (part: string) => string) => string,
): string {
  const aside = new PutAside();
  const put = (part: string): string => aside.put(part);
  const kept = mapProse(withoutPlaces(markdown), (text) => text, put);
  return aside.putBack(change(kept, put));
}

/** A comment may have code in it; one that is not closed reaches to the end, as in Obsidian. */
const withoutComments = (text: string): string => text.replaceAll(/%%[\s\S]*?(?:%%|$)/g, '');

function embedded(name: string, label: string | undefined, facts: VaultFacts): string {
  const file = facts.fileOf(name);
  if (file === undefined || !PICTURE.test(name))
    return linked({ name, heading: undefined, label: undefined }, facts, file);
  const [, alt = '', width = ''] = /^(?:(.*)\|)?\s*(\d*)(?:x\d+)?$/.exec(label ?? '') ?? ['', label];
  const address = addressOfFile(file);
  const plain = alt.replaceAll(/[[\]]/g, '');
  return width === ''
    ? `![${plain}](${address})`
    : `<img src="${address}" alt="${plain.replaceAll('"', '&quot;')}" width="${width}">`;
}

function linked(
  link: { readonly name: string; readonly heading: string | undefined; readonly label: string | undefined },
  { addressOf, fileOf, missing }: VaultFacts,
  file = fileOf(link.name),
): string {
  const name = link.name.trim();
  const heading = link.heading?.replace(/^#+/, '').replace(/^.*#/, '') ?? '';
  const text = (link.label ?? [name.replace(/^.*\//, ''), heading].filter(Boolean).join(' › ')).replaceAll(
    /[[\]]/g,
    '',
  );
  const fragment = heading === '' || heading.startsWith('^') ? '' : `#${slugOf(heading)}`;
  if (name === '') return `[${text}](${fragment === '' ? '#' : fragment})`;
  const address = addressOf(name) ?? (file === undefined ? undefined : addressOfFile(file));
  if (address !== undefined) return `[${text}](${address}${addressOf(name) === undefined ? '' : fragment})`;
  missing(`[[${name}]]`);
  return text;
}

const addressOfFile = (file: string): string => `/${file.split('/').map(encodeURIComponent).join('/')}`;
