import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { PostDraftError } from '../post-errors.ts';
import { checkPath, pathKey } from '../post-path.ts';
import { FrontMatterError, parseFrontMatter } from './front-matter.ts';
import type { ImportSummary } from './import-summary.ts';
import { readPost, type SourcePost } from './read-post.ts';
import type { SourceFile, SourceTree } from './read-tree.ts';
import { rewriteSourceLinks } from './rewrite-source-links.ts';

/** Raised when the same source has to be written anew, because rendering has changed. */
const IMPORT_VERSION = 1;

/** A post that the tree holds, ready to be rendered. */
export interface PlannedPost {
  readonly source: SourceFile;
  readonly post: SourcePost;
  /** Of the text and all that lies beside it. */
  readonly sha256: string;
}

function digestOf(source: SourceFile, text: string): string {
  const hash = createHash('sha256').update(`${IMPORT_VERSION}\0${source.relative}\0${text}\0`);
  for (const file of source.companions) hash.update(createHash('sha256').update(readFileSync(file)).digest());
  return hash.digest('hex');
}

function plan(source: SourceFile, summary: ImportSummary): PlannedPost | undefined {
  const skip = (reason: string, isFault: boolean): undefined => {
    summary.skipped.push({ file: source.relative, reason, isFault });
  };
  if (/(?:^|\/)_index(?:\.[a-z-]+)?\.\w+$/i.test(source.relative))
    return skip('a section, not a post', false);
  try {
    const text = readFileSync(source.file, 'utf8');
    const front = parseFrontMatter(text, source.relative);
    if (front.format === 'none') return skip('has no front matter', false);
    if (front.body.trim() === '' && front.data['title'] === undefined)
      return skip('has neither a title nor a text', false);
    const post = readPost(front, source.relative);
    const path = checkPath(post.draft.path, 'path');
    return { source, post: { ...post, draft: { ...post.draft, path } }, sha256: digestOf(source, text) };
  } catch (error) {
    if (error instanceof FrontMatterError)
      return skip(error.message.replace(`${source.relative}:`, 'line '), true);
    if (error instanceof PostDraftError) return skip(error.message, true);
    if ((error as NodeJS.ErrnoException).code !== undefined)
      return skip(`cannot be read: ${(error as Error).message}`, true);
    throw error;
  }
}

/** Reads a whole tree before anything is written: addresses that meet are found, links between files get their posts' addresses. Oldest first. */
export function planImport(tree: SourceTree, summary: ImportSummary): PlannedPost[] {
  const byPath = new Map<string, PlannedPost>();
  const pathOf = new Map<string, string>();
  for (const source of tree.files) {
    const planned = plan(source, summary);
    if (planned === undefined) continue;
    const path = planned.post.draft.path;
    const other = byPath.get(pathKey(path));
    if (other !== undefined) {
      summary.skipped.push({
        file: source.relative,
        reason: `has the address ${path}, as ${other.source.relative} has`,
        isFault: true,
      });
      continue;
    }
    byPath.set(pathKey(path), planned);
    pathOf.set(source.relative, path);
  }
  const aliases = new Set<string>();
  return [...byPath.values()]
    .map((planned) => finish(planned, summary, { pathOf, isPath: (key) => byPath.has(key), aliases }))
    .toSorted(
      (a, b) =>
        (a.post.draft.publishedAtMillis ?? Infinity) - (b.post.draft.publishedAtMillis ?? Infinity) || 0,
    );
}

interface TreeFacts {
  readonly pathOf: ReadonlyMap<string, string>;
  readonly isPath: (key: string) => boolean;
  /** Keys that earlier posts of the tree have taken. */
  readonly aliases: Set<string>;
}

function finish(planned: PlannedPost, summary: ImportSummary, facts: TreeFacts): PlannedPost {
  const { source, post } = planned;
  const note = (text: string): void => void summary.notes.push({ file: source.relative, text });
  const aliases = (post.draft.aliases ?? []).filter((alias) => {
    const fault = aliasFault(alias, post.draft.path, facts);
    if (fault !== undefined) note(`alias ${alias} left out: ${fault}`);
    return fault === undefined;
  });
  const rewritten = rewriteSourceLinks(post.draft.markdown, source.relative, (place) =>
    facts.pathOf.get(place),
  );
  for (const text of post.notes) note(text);
  for (const link of rewritten.broken) note(`links to ${link}, which is no post of this tree`);
  for (const shortcode of shortcodesIn(post.draft.markdown)) note(`shortcode ${shortcode} left as text`);
  for (const key of post.unknownKeys) summary.unknownKeys.set(key, (summary.unknownKeys.get(key) ?? 0) + 1);
  return { ...planned, post: { ...post, draft: { ...post.draft, aliases, markdown: rewritten.markdown } } };
}

function aliasFault(alias: string, path: string, facts: TreeFacts): string | undefined {
  try {
    const key = pathKey(checkPath(alias, 'aliases'));
    if (key === pathKey(path)) return undefined;
    if (facts.isPath(key)) return 'another post stands there';
    if (facts.aliases.has(key)) return 'another post has it too';
    facts.aliases.add(key);
    return undefined;
  } catch (error) {
    if (error instanceof PostDraftError) return error.message;
    throw error;
  }
}

/** Template calls of Zola, Hugo and Jekyll outside code. */
function shortcodesIn(markdown: string): string[] {
  const prose = markdown.replace(/^(`{3,}|~{3,})[\s\S]*?^\1/gm, '').replace(/`[^`]*`/g, '');
  return prose.match(/\{\{[<%][^}]*\}\}|\{\{\s*\w+\([^}]*\}\}|\{%\s*\w+[^%]*%\}/g) ?? [];
}
