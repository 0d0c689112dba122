import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PostDraftError } from '../post-errors.ts';
import { pathKey } from '../../process/address.ts';
import { checkPath, slugOf } from '../post-path.ts';
import { convertSource, TreeIndex, type ConvertedSource } from './convert-source.ts';
import { foldersAbove, readFolderData, withFolderData, type FolderData } from './folder-data.ts';
import type { ForeignPost } from './foreign-export.ts';
import { FrontMatterError, parseFrontMatter } from './front-matter.ts';
import type { ImportSummary } from './import-summary.ts';
import type { FolderFacts } from './inherited-matter.ts';
import { readExportedPost } from './read-exported-post.ts';
import { lowerCased, readPost, dayMillis, type SourcePost } from './read-post.ts';
import type { SourceFile, SourceTree } from './read-tree.ts';
import type { SiteFacts } from './site-facts.ts';
import { textOf } from './source-address.ts';
import { readSourceText, SourceEncodingError } from './source-text.ts';

/** A post of the tree, ready to be rendered. */
export interface PlannedPost {
  readonly source: SourceFile;
  readonly post: SourcePost;
  /** Digest of the source, its files, and the post that it becomes: another digest is a change. */
  readonly sha256: string;
}

const SECTION = /(?:^|\/)_index(?:\.[a-z-]+)?\.\w+$/i;

/** Jekyll publishes these even without front matter, as Hugo does every text. */
const JEKYLL_POST = /(?:^|\/)_posts\/(?:.*\/)?\d{2,4}-\d{1,2}-\d{1,2}-[^/]+$/;

/** An unreadable `_index.md` hides everything below it. */
function foldersOf({ files, site }: SourceTree): FolderFacts {
  const sections = new Map<string, Readonly<Record<string, unknown>>>();
  for (const { file, relative } of files.filter((each) => SECTION.test(each.relative))) {
    const folder = relative.split('/').slice(0, -1).join('/');
    try {
      const { data } = parseFrontMatter(readSourceText(readFileSync(file), site.encoding).text, relative);
      sections.set(folder, { ...sections.get(folder), ...lowerCased(data) });
    } catch {
      sections.set(folder, { draft: true });
    }
  }
  const bundles = files
    .filter(({ relative }) => /\/index\.[^./]+$/i.test(relative))
    .map(({ relative }) => relative.split('/').slice(0, -1).join('/'));
  return { sections, bundles: new Set(bundles) };
}

function sourceDigest(source: SourceFile, text: string): string {
  const hash = createHash('sha256').update(`${source.relative}\0${text}\0`);
  for (const file of source.companions) hash.update(createHash('sha256').update(readFileSync(file)).digest());
  return hash.digest('hex');
}

function plan(
  source: SourceFile,
  summary: ImportSummary,
  options: {
    readonly site: SiteFacts;
    readonly nowMillis: number;
    readonly timeZone: string;
    readonly folders: FolderFacts;
    readonly data: FolderData | undefined;
  },
): PlannedPost | undefined {
  const skip = (reason: string, isFault: boolean): undefined => {
    summary.skipped.push({ file: source.relative, reason, isFault });
  };
  if (SECTION.test(source.relative) && options.site.generator !== 'glasshouse')
    return skip('a section, not a post', false);
  try {
    const { text, note } = readSourceText(readFileSync(source.file), options.site.encoding);
    const exported = options.site.generator === 'glasshouse' ? readExportedPost(text) : undefined;
    if (exported !== undefined) return plannedPost(source, text, exported);
    const own = parseFrontMatter(text, source.relative);
    const front = options.data === undefined ? own : withFolderData(own, source.relative, options.data);
    const needsMatter = options.site.generator !== 'hugo' && !JEKYLL_POST.test(source.relative);
    if (front.format === 'none' && needsMatter) return skip('has no front matter', false);
    if (front.body.trim() === '' && textOf(front.data['title'], front.data['Title']) === undefined)
      return skip('has neither title nor text', false);
    if (front.body.trim() === '' && source.isSectionIndex) return skip('a section page without text', false);
    const post = readPost(front, source.relative, options);
    return plannedPost(source, text, note === undefined ? post : { ...post, notes: [note, ...post.notes] });
  } catch (error) {
    if (error instanceof FrontMatterError)
      return skip(error.message.replace(`${source.relative}:`, 'line '), true);
    if (error instanceof PostDraftError || error instanceof SourceEncodingError)
      return skip(error.message, true);
    if ((error as NodeJS.ErrnoException).code !== undefined)
      return skip(`cannot be read: ${(error as Error).message}`, true);
    throw error;
  }
}

function dataOf({ content, files }: SourceTree): FolderData {
  return readFolderData(
    content,
    files.flatMap(({ relative }) => foldersAbove(relative)),
  );
}

function planForeign(
  { name, text, post }: ForeignPost,
  tree: SourceTree,
  summary: ImportSummary,
): PlannedPost | undefined {
  const source = { file: join(tree.root, name), relative: name, companions: [], isSectionIndex: false };
  try {
    return plannedPost(source, text, post);
  } catch (error) {
    if (!(error instanceof PostDraftError)) throw error;
    summary.skipped.push({ file: name, reason: error.message, isFault: true });
    return undefined;
  }
}

/** Throws PostDraftError for an address that cannot be a post's. */
function plannedPost(source: SourceFile, text: string, post: SourcePost): PlannedPost {
  const path = checkPath(post.draft.path, 'path');
  return {
    source,
    post: { ...post, draft: { ...post.draft, path } },
    sha256: sourceDigest(source, text),
  };
}

/** Reads a whole tree before anything is written: resolves colliding addresses and links between files. Oldest first. */
export function planImport(
  tree: SourceTree,
  summary: ImportSummary,
  { nowMillis, timeZone }: { readonly nowMillis: number; readonly timeZone: string },
): PlannedPost[] {
  const byPath = new Map<string, PlannedPost>();
  const pathOf = new Map<string, string>();
  const folders = foldersOf(tree);
  const data = tree.site.generator === 'eleventy' ? dataOf(tree) : undefined;
  for (const file of data?.unread ?? [])
    summary.notes.push({ file, text: 'is not read: it may hide posts, or have their addresses and tags' });
  const reads = [
    ...tree.files.map((source) =>
      plan(source, summary, { site: tree.site, nowMillis, timeZone, folders, data }),
    ),
    ...(tree.exported?.posts ?? []).map((foreign) => planForeign(foreign, tree, summary)),
  ];
  for (const read of reads) {
    if (read === undefined) continue;
    const other = byPath.get(pathKey(read.post.draft.path));
    const planned = other === undefined ? read : apart(read, other, byPath, summary);
    byPath.set(pathKey(planned.post.draft.path), planned);
    pathOf.set(planned.source.relative, planned.post.draft.path);
  }
  for (const file of tree.misnamed)
    summary.skipped.push({ file, reason: 'its name is not UTF-8: rename it', isFault: true });
  for (const file of tree.foreign)
    summary.skipped.push({ file, reason: 'not Markdown: convert it first', isFault: true });
  const aliases = new Set<string>();
  const formers = new Set<string>();
  const index = new TreeIndex(pathOf, tree.others);
  const convert: TreeFacts['convert'] = (draft, relative) =>
    convertSource(draft, relative, tree.exported === undefined ? tree.site.generator : undefined, index);
  return [...byPath.values()]
    .map((planned) =>
      finish(planned, summary, { convert, isPath: (key) => byPath.has(key), aliases, formers }),
    )
    .toSorted(
      (a, b) =>
        (a.post.draft.publishedAtMillis ?? Infinity) - (b.post.draft.publishedAtMillis ?? Infinity) ||
        (a.post.exported?.order ?? 0) - (b.post.exported?.order ?? 0),
    );
}

/** If two sources have the same address, the later one gets its full file name, or a number. */
function apart(
  planned: PlannedPost,
  other: PlannedPost,
  taken: ReadonlyMap<string, PlannedPost>,
  summary: ImportSummary,
): PlannedPost {
  const { path } = planned.post.draft;
  const file = planned.source.relative
    .replace(/(?:\/index)?\.[^./]+$/i, '')
    .split('/')
    .at(-1)!;
  const whole = [...path.split('/').slice(0, -1), slugOf(file)].join('/');
  let free = whole;
  for (let number = 2; taken.has(pathKey(free)); number++) free = `${path}-${number}`;
  summary.notes.push({
    file: planned.source.relative,
    text: `${path} is also the address of ${other.source.relative}: imported at ${free}`,
  });
  return { ...planned, post: { ...planned.post, draft: { ...planned.post.draft, path: free } } };
}

interface TreeFacts {
  readonly convert: (draft: SourcePost['draft'], relative: string) => ConvertedSource;
  readonly isPath: (key: string) => boolean;
  /** Keys taken by earlier posts of the tree. */
  readonly aliases: Set<string>;
  readonly formers: Set<string>;
}

function finish(planned: PlannedPost, summary: ImportSummary, facts: TreeFacts): PlannedPost {
  const { source, post } = planned;
  const note = (text: string): void => void summary.notes.push({ file: source.relative, text });
  const aliases = (post.draft.aliases ?? []).filter((alias) => {
    const fault = aliasFault(alias, post.draft.path, facts);
    if (fault !== undefined)
      summary.lostAddresses.push({ file: source.relative, text: `/${alias}: ${fault}` });
    return fault === undefined;
  });
  if (post.exported !== undefined) return withPost(planned, { ...post, draft: { ...post.draft, aliases } });
  const converted = facts.convert(post.draft, source.relative);
  const formerPath = formerPathOf(post, facts);
  for (const text of post.notes) note(text);
  for (const link of converted.broken) note(`links to ${link}, which is not a post of this tree`);
  for (const text of [...(post.lost ?? []), ...converted.lost])
    summary.lostEmbeds.push({ file: source.relative, text });
  for (const key of post.unknownKeys) summary.unknownKeys.set(key, (summary.unknownKeys.get(key) ?? 0) + 1);
  const draft = { ...post.draft, aliases, markdown: converted.markdown };
  return withPost(planned, { ...post, formerPath, draft });
}

/** An unchanged source is imported again if it becomes another post: by a newer version of this importer, or as a link in it has a target now. */
function withPost({ source, sha256 }: PlannedPost, post: SourcePost): PlannedPost {
  const { draft, updatedAtMillis, publishedIn, updatedIn } = post;
  // A day is the same in every zone.
  const publishedAtMillis = dayMillis(draft.publishedAtMillis, publishedIn);
  const updated = dayMillis(updatedAtMillis, updatedIn);
  // Of imports before days were known, each is imported once more.
  const days = publishedIn === undefined && updatedIn === undefined ? [] : ['days'];
  const becomes = JSON.stringify([sha256, { ...draft, publishedAtMillis }, updated, ...days]);
  return { source, post, sha256: createHash('sha256').update(becomes).digest('hex') };
}

/** An earlier import has at most one source per former path, and none under a path that another source has now. */
function formerPathOf({ formerPath, draft }: SourcePost, { isPath, formers }: TreeFacts): string {
  const key = pathKey(formerPath);
  if (key === pathKey(draft.path) || isPath(key) || formers.has(key)) return draft.path;
  formers.add(key);
  return formerPath;
}

function aliasFault(alias: string, path: string, facts: TreeFacts): string | undefined {
  try {
    const key = pathKey(checkPath(alias, 'aliases'));
    if (key === pathKey(path)) return undefined;
    if (facts.isPath(key)) return 'another post has this address';
    if (facts.aliases.has(key)) return 'another post has the same alias';
    facts.aliases.add(key);
    return undefined;
  } catch (error) {
    if (error instanceof PostDraftError) return error.message;
    throw error;
  }
}
