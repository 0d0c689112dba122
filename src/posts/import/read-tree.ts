import { existsSync, readdirSync, readFileSync, realpathSync, statSync, type Dirent } from 'node:fs';
import path from 'node:path';
import type { ForeignExport } from './foreign-export.ts';
import { readForeignExport } from './read-foreign.ts';
import { NO_SITE_FACTS, readSiteFacts, type SiteFacts } from './site-facts.ts';

export interface SourceFile {
  /** Absolute. */
  readonly file: string;
  /** Relative to the content folder, with `/`. */
  readonly relative: string;
  /** Its other files: those of its folder, if it is an `index.md`. Absolute. */
  readonly companions: readonly string[];
  /** True for the `index.md` of a folder with other texts: its generator makes a list of it, not a post. */
  readonly isSectionIndex: boolean;
}

export interface SourceTree {
  /** Absolute. */
  readonly root: string;
  /** Absolute; DIR itself, or its `content` folder (Zola, Hugo). */
  readonly content: string;
  /** Absolute folders for site-absolute addresses such as `/images/x.png`; the first match wins. */
  readonly statics: readonly string[];
  readonly site: SiteFacts;
  /** Sorted by path, so that the order is stable. */
  readonly files: readonly SourceFile[];
  /** Texts below the content folder that a generator would publish but that are not Markdown. */
  readonly foreign: readonly string[];
  /** Texts and folders that Node cannot open, as their names are not UTF-8; with a sign for each of their wrong bytes. */
  readonly misnamed: readonly string[];
  /** Other files of a vault, whose notes name them without their folders. */
  readonly others: readonly string[];
  /** Files in the folder itself that look like exports of other software. */
  readonly exports: readonly string[];
  /** Set if the tree is one file: another software's export. */
  readonly exported?: ForeignExport;
}

const MARKDOWN = /\.(?:md|markdown|mdx|mkd|mkdn|mkdown)$/i;
/** File endings of Jekyll's `_posts` and Hugo's `content`. */
const FOREIGN = /\.(?:html?|textile|org|adoc|asciidoc|rst|pandoc)$/i;
/** Where a generator has its texts by default, before `content`. */
const CONTENT_FOLDERS: Readonly<Partial<Record<SiteFacts['generator'], readonly string[]>>> = {
  astro: ['src/content', 'src/pages', 'src'],
  eleventy: ['content', 'src'],
};
const IGNORED_FOLDERS: ReadonlySet<string> = new Set([
  'node_modules',
  'static',
  'public',
  'themes',
  '_site',
  'templates',
]);

export function isFolder(file: string): boolean {
  return statSync(file, { throwIfNoEntry: false })?.isDirectory() === true;
}

export function isFile(file: string): boolean {
  return statSync(file, { throwIfNoEntry: false })?.isFile() === true;
}

/** Returns true if a file is inside a folder after resolving symbolic links. */
export function isInside(folder: string, file: string): boolean {
  return realpathSync(file).startsWith(realpathSync(folder) + path.sep);
}

/** Reads a folder, or another software's export, beside which its pictures may be. Throws ForeignExportError. */
export function readSource(place: string): SourceTree {
  if (!isFile(place)) return readTree(place);
  const root = path.dirname(path.resolve(place));
  const exported = readForeignExport(place);
  return {
    root,
    content: root,
    statics: [root],
    site: NO_SITE_FACTS,
    files: [],
    foreign: [],
    misnamed: [],
    others: [],
    exports: [],
    exported,
  };
}

/** All Markdown files below a folder. Hidden files are skipped and symbolic links are not followed, so that nothing outside is read. */
export function readTree(directory: string): SourceTree {
  const root = path.resolve(directory);
  const site = readSiteFacts(root);
  const content = [...(CONTENT_FOLDERS[site.generator] ?? []), 'content', '.']
    .map((name) => path.join(root, name))
    .find(isFolder)!;
  // Astro's texts name pictures by places relative to `src`.
  const statics = ['static', 'public', 'assets', ...(site.generator === 'astro' ? ['src'] : []), '.']
    .map((name) => path.join(root, name))
    .filter(isFolder);
  const files: SourceFile[] = [];
  const foreign: string[] = [];
  const misnamed: string[] = [];
  walk(content, content, { files, foreign, misnamed });
  // There, other kinds of text are the templates of lists.
  const hasTemplates = site.generator === 'eleventy' || site.generator === 'astro';
  return {
    root,
    content,
    statics,
    site,
    others: site.generator === 'obsidian' ? othersIn(content) : [],
    exports: readdirSync(root).filter((name) => /\.xml$|ghost[^/]*\.json$/i.test(name)),
    misnamed: misnamed.toSorted(),
    files: files.toSorted((a, b) => (a.relative < b.relative ? -1 : 1)),
    foreign: foreign
      .filter((file) => (content !== root && !hasTemplates) || /(?:^|\/)_posts\//.test(file))
      .filter((file) => hasFrontMatter(path.join(content, file)))
      .toSorted(),
  };
}

/** All files but texts, relative to a folder; none of hidden folders. */
function othersIn(content: string, folder = content): readonly string[] {
  return entriesIn(folder)
    .flatMap((entry) => {
      const file = path.join(folder, entry.name);
      if (entry.isDirectory()) return othersIn(content, file);
      const isOther = !MARKDOWN.test(file) && path.extname(file) !== '';
      return isOther ? [path.relative(content, file).split(path.sep).join('/')] : [];
    })
    .toSorted();
}

/** What a folder has, but for what is hidden or cannot be opened. */
function entriesIn(folder: string, misnamed: (file: string) => void = () => {}): Dirent[] {
  return readdirSync(folder, { withFileTypes: true }).filter((entry) => {
    if (entry.name.startsWith('.')) return false;
    const file = path.join(folder, entry.name);
    const isNamed = !entry.name.includes('\ufffd') || existsSync(file);
    if (!isNamed && (entry.isDirectory() || MARKDOWN.test(file))) misnamed(file);
    return isNamed;
  });
}

/** Returns true for a file with front matter, and for every ending but .html, as Hugo publishes those without it. */
function hasFrontMatter(file: string): boolean {
  return !/\.html?$/i.test(file) || /^\ufeff?\s*(?:---|\+\+\+|\{)/.test(readFileSync(file, 'utf8'));
}

interface Found {
  readonly files: SourceFile[];
  readonly foreign: string[];
  readonly misnamed: string[];
}

function walk(folder: string, content: string, found: Found): void {
  const relativeOf = (file: string): string => path.relative(content, file).split(path.sep).join('/');
  const entries = entriesIn(folder, (file) => found.misnamed.push(relativeOf(file)));
  for (const entry of entries) {
    const file = path.join(folder, entry.name);
    if (entry.isDirectory() && !IGNORED_FOLDERS.has(entry.name)) walk(file, content, found);
    if (!entry.isFile()) continue;
    if (FOREIGN.test(entry.name)) found.foreign.push(relativeOf(file));
    if (!MARKDOWN.test(entry.name)) continue;
    const isIndex = /^index\./i.test(entry.name) && folder !== content;
    const relative = relativeOf(file);
    const isSectionIndex =
      isIndex &&
      entries.some((other) => other !== entry && (other.isDirectory() || MARKDOWN.test(other.name)));
    found.files.push({ file, relative, companions: isIndex ? companionsIn(folder) : [], isSectionIndex });
  }
}

function companionsIn(folder: string): string[] {
  return entriesIn(folder).flatMap((entry) => {
    const file = path.join(folder, entry.name);
    if (entry.isFile()) return MARKDOWN.test(entry.name) ? [] : [file];
    // A folder with its own text is another post.
    return entry.isDirectory() && !isFile(path.join(file, 'index.md')) ? companionsIn(file) : [];
  });
}
