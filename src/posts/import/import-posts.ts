import { titleText } from '../../markup/title.ts';
import type { Database } from 'better-sqlite3';
import { SettingStore } from '../../db/setting-store.ts';
import { readSiteSetting } from '../../db/site-settings.ts';
import type { MediaStore } from '../../media/media-store.ts';
import { renderMarkdown, type RenderedMarkdown } from '../markdown/markdown.ts';
import { PostConflictError, PostDraftError } from '../post-errors.ts';
import { pathKey } from '../../process/address.ts';
import { decodePath, isBlogPage } from '../post-path.ts';
import type { PostStore } from '../post-store.ts';
import { removeUntouchedWelcomePosts } from '../welcome-posts.ts';
import { importExportedSite } from './import-exported-site.ts';
import { ImportLedger, type LedgerEntry } from './import-ledger.ts';
import { MediaImporter } from './import-media.ts';
import { ImportSummary } from './import-summary.ts';
import { planImport, type PlannedPost } from './plan-import.ts';
import { readTree } from './read-tree.ts';

/** Posts per transaction: few, so that saves of a running blog wait only briefly for the lock. */
const BATCH_SIZE = 50;
const EDITED_HERE = 'edited here since the import: not changed';

export interface ImportOptions {
  readonly database: Database;
  readonly posts: PostStore;
  readonly media: MediaStore;
  /** Also checks unchanged posts for missing pictures and dead links. */
  readonly checksAll?: boolean;
  readonly now?: () => number;
  /** Called after every post, and once with 0 after the tree is read. */
  readonly onProgress?: (done: number, total: number) => void;
}

interface RenderedPost extends PlannedPost {
  readonly rendered: RenderedMarkdown;
}

/**
 * Imports a tree of Markdown files. An unchanged source changes nothing, a post that the owner edited or deleted here is not touched, and
 * each batch is one transaction.
 */
export function importPosts(directory: string, options: ImportOptions): ImportSummary {
  const tree = readTree(directory);
  const summary = new ImportSummary();
  const now = options.now ?? Date.now;
  const timeZone = readSiteSetting(new SettingStore(options.database), 'timeZone');
  const planned = planImport(tree, summary, { nowMillis: now(), timeZone });
  const media = new MediaImporter(options.media, tree);
  if (planned.length > 0) summary.removedWelcomePosts = removeUntouchedWelcomePosts(options.database);
  if (tree.site.generator === 'glasshouse') {
    importExportedSite(tree.root, { database: options.database, now }, summary);
    media.importExported();
  }
  const ledger = new ImportLedger(options.database);
  const writeBatch = options.database.transaction((batch: readonly RenderedPost[]) => {
    for (const post of batch) write(post, options.posts, ledger, summary);
  });
  const links = new Map<string, readonly string[]>();
  let batch: RenderedPost[] = [];
  options.onProgress?.(0, planned.length);
  for (const [index, post] of planned.entries()) {
    const isWritten = isWanted(post, options.posts, ledger, summary);
    if (isWritten || options.checksAll === true) {
      const rendered = render(post, media, summary);
      links.set(post.source.relative, rendered.rendered.links);
      if (isWritten) batch.push(rendered);
    }
    if (batch.length >= BATCH_SIZE || index === planned.length - 1) {
      writeBatch.immediate(batch);
      batch = [];
    }
    options.onProgress?.(index + 1, planned.length);
  }
  summary.mediaFiles = media.importedFiles;
  for (const [file, targets] of links)
    for (const text of deadLinks(targets, options)) summary.deadLinks.push({ file, text });
  return summary;
}

/** The entry of an earlier import of a source, also under its former address. */
function entryOf({ post }: Pick<PlannedPost, 'post'>, ledger: ImportLedger): LedgerEntry | undefined {
  return ledger.find(pathKey(post.draft.path)) ?? ledger.find(pathKey(post.formerPath));
}

/** Links within the blog without a target; links to the blog's own pages are assumed to be valid. */
function deadLinks(
  targets: readonly string[],
  { posts, media }: Pick<ImportOptions, 'posts' | 'media'>,
): readonly string[] {
  return targets.filter((target) => {
    if (!/^\/(?!\/)./.test(target)) return false;
    const [address = ''] = target.split(/[?#]/, 1);
    if (address.startsWith('/media/')) return media.find(address) === undefined;
    return !isBlogPage(address) && posts.ownerOf(decodePath(address) ?? '') === undefined;
  });
}

/** Returns true if a post must be written; counts the others. */
function isWanted(
  planned: PlannedPost,
  posts: PostStore,
  ledger: ImportLedger,
  summary: ImportSummary,
): boolean {
  const known = entryOf(planned, ledger);
  if (known === undefined) return true;
  if (known.sourceSha256 === planned.sha256) {
    summary.unchanged++;
    return false;
  }
  const current = posts.byId(known.postId)!;
  if (current.version === known.postVersion) return true;
  const reason =
    current.deletedAtMillis === null ? EDITED_HERE : 'deleted here since the import: stays deleted';
  summary.skipped.push({ file: planned.source.relative, reason, isFault: false });
  return false;
}

function render(planned: PlannedPost, media: MediaImporter, summary: ImportSummary): RenderedPost {
  const { source, post } = planned;
  media.importCompanions(source, post.draft.path);
  const rendered = renderMarkdown(post.draft.markdown, {
    path: post.draft.path,
    media: media.lookup(source, post.draft.path),
  });
  for (const image of rendered.missingImages)
    summary.missingImages.push({ file: source.relative, text: image });
  return { ...planned, rendered };
}

function write(
  { source, post, sha256, rendered }: RenderedPost,
  posts: PostStore,
  ledger: ImportLedger,
  summary: ImportSummary,
): void {
  const key = pathKey(post.draft.path);
  const known = entryOf({ post }, ledger);
  // Another import of the same tree was faster.
  if (known?.sourceSha256 === sha256) {
    summary.unchanged++;
    return;
  }
  const updatedAtMillis = post.updatedAtMillis ?? post.draft.publishedAtMillis ?? undefined;
  const aliases = post.draft.aliases?.filter((alias) => {
    const owner = posts.ownerOf(alias);
    if (owner === undefined || owner.id === known?.postId) return true;
    summary.notes.push({
      file: source.relative,
      text: `alias ${alias} left out: it belongs to “${titleText(owner.title)}”`,
    });
    return false;
  });
  const draft = { ...post.draft, aliases };
  const facts = { ...post.exported, rendered, updatedAtMillis };
  try {
    const saved =
      known === undefined
        ? posts.create(draft, facts)
        : posts.update(known.postId, known.postVersion, draft, facts);
    ledger.record(key, { postId: saved.id, sourceSha256: sha256, postVersion: saved.version });
    if (known === undefined) summary.imported++;
    else summary.updated++;
  } catch (error) {
    const file = source.relative;
    if (error instanceof PostConflictError)
      summary.skipped.push({ file, reason: EDITED_HERE, isFault: false });
    else if (error instanceof PostDraftError)
      summary.skipped.push({ file, reason: error.message, isFault: true });
    else throw error;
  }
}
