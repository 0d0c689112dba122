import type { Database } from 'better-sqlite3';
import { SettingStore } from '../../db/setting-store.ts';
import { readSiteSetting } from '../../db/site-settings.ts';
import type { MediaStore } from '../../media/media-store.ts';
import { renderMarkdown } from '../markdown/markdown.ts';
import { deadLinks, type LinkTargets } from '../dead-links.ts';
import { pathKey } from '../../process/address.ts';
import { postUrl, withoutFileName } from '../post-path.ts';
import { Redirects } from '../redirects.ts';
import type { PostStore } from '../post-store.ts';
import { removeUntouchedWelcomePosts } from '../welcome-posts.ts';
import type { ForeignExport } from './foreign-export.ts';
import { takeRedirects } from './take-redirects.ts';
import { tagUrl } from '../post-path.ts';
import { importExportedSite } from './import-exported-site.ts';
import { ImportedPosts, type RenderedPost } from './imported-posts.ts';
import { PictureRefresh } from './refresh-pictures.ts';
import { MediaImporter } from './import-media.ts';
import { ImportSummary } from './import-summary.ts';
import { planImport, type PlannedPost } from './plan-import.ts';
import { settleLanguage } from './settle-language.ts';
import { settleMath } from './settle-math.ts';
import { settleTypography } from './settle-typography.ts';
import { readSource, type SourceTree } from './read-tree.ts';

/** Posts per transaction: few, so that saves of a running blog wait only briefly for the lock. */
const BATCH_SIZE = 50;

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

/**
 * Imports a tree of Markdown files. An unchanged source changes nothing, a post that the owner edited or deleted here is not touched, and
 * each batch is one transaction.
 */
export function importPosts(directory: string, options: ImportOptions): ImportSummary {
  const tree = readSource(directory);
  const summary = new ImportSummary();
  const now = options.now ?? Date.now;
  const timeZone = readSiteSetting(new SettingStore(options.database), 'timeZone');
  const planned = planImport(tree, summary, { nowMillis: now(), timeZone });
  if (planned.length === 0)
    for (const file of tree.exports)
      summary.notes.push({ file, text: 'looks like an export: import it by the name of its file' });
  const media = new MediaImporter(options.database, options.media, tree);
  if (planned.length > 0)
    summary.removedWelcomePosts = removeUntouchedWelcomePosts(options.database, takenPaths(tree, planned));
  if (planned.length > 0 && tree.site.generator !== 'glasshouse') {
    if (planned.some(({ post }) => post.hasMath)) summary.math = settleMath(options.database);
    summary.language = settleLanguage(options.database, tree.exported?.language ?? tree.site.siteLanguage);
    summary.typography = settleTypography(options.database);
  }
  if (tree.site.generator === 'glasshouse') {
    importExportedSite(tree.root, { database: options.database, now }, summary);
    media.importExported();
  }
  const imported = new ImportedPosts(options, summary, planned);
  const pictures = new PictureRefresh(options, media);
  const writeBatch = options.database.transaction((batch: readonly RenderedPost[]) => {
    for (const post of batch) imported.write(post);
  });
  const links = new Map<string, readonly string[]>();
  let batch: RenderedPost[] = [];
  options.onProgress?.(0, planned.length);
  for (const [index, post] of planned.entries()) {
    const verdict = imported.judge(post);
    if (typeof verdict === 'object') pictures.refresh(post.source, verdict);
    const isWritten = verdict === 'write';
    if (isWritten || options.checksAll === true) {
      const rendered = render(imported.withLanguage(post), options.posts, media, summary);
      links.set(post.source.relative, rendered.rendered.links);
      if (isWritten) batch.push(rendered);
    }
    if (batch.length >= BATCH_SIZE || index === planned.length - 1) {
      writeBatch.immediate(batch);
      batch = [];
    }
    options.onProgress?.(index + 1, planned.length);
  }
  if (tree.exported !== undefined) takeLists(tree.exported, { ...options, now }, summary);
  summary.mediaFiles = media.importedFiles;
  const targets = linkTargets(options);
  for (const [file, addresses] of links)
    for (const text of deadLinks(addresses, targets)) summary.deadLinks.push({ file, text });
  return summary;
}

/** An export of this blog is the whole blog: it has the pages that it is to have. */
function takenPaths({ site }: SourceTree, planned: readonly PlannedPost[]): (path: string) => boolean {
  if (site.generator === 'glasshouse') return () => true;
  const taken = new Set(
    planned.flatMap(({ post: { draft } }) => [draft.path, ...(draft.aliases ?? [])].map(pathKey)),
  );
  return (path) => taken.has(pathKey(path));
}

/** Lists of the old site lead to those of tags here. */
function takeLists(
  { redirects, notes }: ForeignExport,
  { database, posts, now }: Pick<ImportOptions, 'database' | 'posts'> & { readonly now: () => number },
  summary: ImportSummary,
): void {
  for (const text of notes) summary.notes.push({ file: 'the export', text });
  const lists = new Set(posts.tags().map(({ tag }) => tagUrl(tag)));
  const wanted = redirects.filter(({ to }) => lists.has(to));
  takeRedirects(wanted, { database, now }, (from, why) =>
    summary.lostAddresses.push({ file: 'the export', text: `${from}: ${why}` }),
  );
}

function linkTargets({ posts, media, database }: ImportOptions): LinkTargets {
  const redirects = new Redirects(database, { now: Date.now });
  return {
    hasPage: (path) =>
      [path, withoutFileName(path)].some((name) => name !== undefined && posts.ownerOf(name) !== undefined) ||
      redirects.find(postUrl(path)) !== undefined,
    hasMedia: (address) => media.find(address) !== undefined,
  };
}

function render(
  planned: PlannedPost,
  posts: PostStore,
  media: MediaImporter,
  summary: ImportSummary,
): RenderedPost {
  const { source, post } = planned;
  media.importCompanions(source, post.draft.path);
  const rendered = renderMarkdown(
    post.draft.markdown,
    { path: post.draft.path, media: media.lookup(source, post.draft.path) },
    posts.rendering.settingsFor(post.draft.language),
  );
  for (const image of rendered.missingImages)
    summary.missingImages.push({ file: source.relative, text: image });
  return { ...planned, rendered };
}
