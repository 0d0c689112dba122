import { titleText } from '../markup/title.ts';
import type { Database, Statement } from 'better-sqlite3';
import { SettingStore } from '../db/setting-store.ts';
import { readSiteSetting } from '../db/site-settings.ts';
import { newFeedId } from './feed-id.ts';
import { AdminListing, type AdminPageOptions } from './admin-listing.ts';
import type { RenderedMarkdown } from './markdown/markdown.ts';
import type {
  AdminPostPage,
  PathLookup,
  Post,
  PostCounts,
  PostDraft,
  PostPage,
  PostSummary,
} from './post.ts';
import { FoundPosts, kindOf, type Visibility } from './found-posts.ts';
import { PostConflictError, PostDraftError, PostNotFoundError } from './post-errors.ts';
import { aliasesAfter, decideFields, type PostFields } from './post-fields.ts';
import { PostListings, type PageOptions } from './post-listings.ts';
import { pathKey } from '../process/address.ts';
import { checkPath, datedPath, decodePath, postUrl, withoutFileName } from './post-path.ts';
import { postOf, SELECT_POST, type PostRow } from './post-rows.ts';
import { PostWriter } from './post-writer.ts';
import { TagNames } from './tag-names.ts';
import { TextRendering } from './text-rendering.ts';

/** Options of an import. */
export interface SaveOptions {
  /** Default: now. */
  readonly updatedAtMillis?: number | undefined;
  /** For a new post; default: now. */
  readonly createdAtMillis?: number | undefined;
  /** The post is saved as one that was deleted then. */
  readonly deletedAtMillis?: number | undefined;
  /** The rendered text, if it was rendered before the transaction, for the same text and path. */
  readonly rendered?: RenderedMarkdown | undefined;
}

/** What a save would write. */
export interface DecidedPost {
  readonly fields: PostFields;
  readonly path: string;
  /** Addresses that redirect to it. */
  readonly formerPaths: readonly string[];
}

interface AliasRow extends Visibility {
  readonly path: string;
}

/** The posts of the blog. `page`, `lookup` and the other lists are for readers; methods for the owner say so. */
export class PostStore {
  readonly #database: Database;
  readonly #now: () => number;
  readonly #listings: PostListings;
  readonly #admin: AdminListing;
  readonly #writer: PostWriter;
  readonly #settings: SettingStore;
  /** Renamed tags. */
  readonly tagNames: TagNames;
  readonly #byKey: Statement<[string], PostRow>;
  readonly #byId: Statement<[number], PostRow>;
  readonly #byAlias: Statement<[string], AliasRow>;
  readonly #versions: Statement<[number], { version: number; edited_version: number }>;
  /** Many addresses at once, for lists of the owner. */
  readonly found: FoundPosts;
  /** Media and settings that a text is rendered with. */
  readonly rendering: TextRendering;

  constructor(database: Database, options: { readonly now?: () => number } = {}) {
    this.#database = database;
    this.#now = options.now ?? Date.now;
    this.#listings = new PostListings(database, this.#now, () => this.#timeZone());
    this.#admin = new AdminListing(database, this.#now);
    this.#writer = new PostWriter(database);
    this.#settings = new SettingStore(database);
    this.tagNames = new TagNames(database, this.#writer);
    this.#byKey = database.prepare(`${SELECT_POST} WHERE posts.path_key = ?`);
    this.#byId = database.prepare(`${SELECT_POST} WHERE posts.id = ?`);
    this.#versions = database.prepare('SELECT version, edited_version FROM posts WHERE id = ?');
    this.#byAlias = database.prepare(
      `SELECT posts.path, posts.status, posts.published_at, posts.deleted_at
       FROM aliases JOIN posts ON posts.id = aliases.post_id WHERE aliases.path_key = ?`,
    );
    this.found = new FoundPosts(database, this.#now);
    this.rendering = new TextRendering(database);
  }

  /** Listed posts that are published now, newest first; an invalid cursor is ignored. */
  page(options: PageOptions = {}): PostPage {
    return this.#listings.page(options);
  }

  /** Resolves a request's path for readers. Any form but the canonical one has `moved`; drafts and scheduled posts are `missing`. */
  lookup(requestPath: string): PathLookup {
    const path = decodePath(requestPath);
    if (path === undefined || path === '') return { kind: 'missing' };
    const found = this.#find(path, requestPath);
    if (found.kind !== 'missing') return found;
    const plain = withoutFileName(path);
    const behind = plain === undefined ? found : this.#find(plain, postUrl(plain));
    return behind.kind === 'post' ? { kind: 'moved', path: behind.post.path } : behind;
  }

  #find(path: string, requestPath: string): PathLookup {
    const row = this.#byKey.get(pathKey(path));
    if (row !== undefined) {
      const kind = kindOf(row, this.#now());
      if (kind !== 'post') return { kind };
      const isCanonical = row.path === path && !/^\/\/|.\/$/.test(requestPath);
      return isCanonical ? { kind, post: postOf(row) } : { kind: 'moved', path: row.path };
    }
    const alias = this.#byAlias.get(pathKey(path));
    if (alias === undefined) return { kind: 'missing' };
    const kind = kindOf(alias, this.#now());
    return kind === 'post' ? { kind: 'moved', path: alias.path } : { kind };
  }

  /** The previous and the next listed post by time. */
  neighbours(post: PostSummary): {
    readonly older: PostSummary | undefined;
    readonly newer: PostSummary | undefined;
  } {
    return this.#listings.neighbours(post);
  }

  /** The newest listed posts with their text, for feeds. */
  latest(limit: number, tag?: string): readonly Post[] {
    return this.#listings.latest(limit, tag);
  }

  /** Tags of listed posts, alphabetically. */
  tags(): readonly { readonly tag: string; readonly count: number }[] {
    return this.#listings.tags();
  }

  /** Months of the blog's time zone with listed posts, newest first. */
  archive(): readonly { readonly year: number; readonly month: number; readonly count: number }[] {
    return this.#listings.archive();
  }

  /** Every listed post, newest first; read in batches. */
  sitemap(): Iterable<{ readonly path: string; readonly updatedAtMillis: number }> {
    return this.#listings.sitemap();
  }

  /** For the owner: any post, including drafts and deleted ones. */
  byId(id: number): Post | undefined {
    const row = this.#byId.get(id);
    return row && postOf(row);
  }

  /** For the owner: any post by its path, including drafts and deleted ones. */
  byPath(path: string): Post | undefined {
    const row = this.#byKey.get(pathKey(path));
    return row && postOf(row);
  }

  /** True if a form with that version of the post lacks what was saved since; other renderings of the same text are no edits. */
  isEditedSince(id: number, version: number): boolean {
    const row = this.#versions.get(id);
    return row !== undefined && (version < row.edited_version || version > row.version);
  }

  /** The post with this path or alias, visible to readers or not. */
  ownerOf(path: string): { readonly id: number; readonly title: string } | undefined {
    return this.#writer.ownerOf(pathKey(path));
  }

  /** For the owner: posts in any state, last edited first; deleted ones only if asked for. */
  allForAdmin(options: AdminPageOptions = {}): AdminPostPage {
    return this.#admin.page(options);
  }

  counts(): PostCounts {
    return this.#admin.counts();
  }

  /** The post that saving a draft now would produce, over `before` or as a new post. Throws PostDraftError. */
  decide(draft: PostDraft, before?: Post): DecidedPost {
    const tagName = (tag: string): string => this.tagNames.nameOf(tag);
    const fields = decideFields(draft, before, { now: this.#now(), tagName });
    const given = draft.path?.trim() ? checkPath(draft.path, 'path') : undefined;
    if (before === undefined)
      return { fields, path: given ?? this.#freePath(fields), formerPaths: fields.aliases };
    // Nobody knows the address of a draft: until it is published, one that was derived follows its title and time.
    const follows =
      given === undefined && before.status === 'draft' && isDerivedPath(before, this.#timeZone());
    const path = follows ? this.#freePath(fields, before.id) : (given ?? before.path);
    return { fields, path, formerPaths: aliasesAfter(fields, path, before) };
  }

  /** Throws PostDraftError. */
  create(draft: PostDraft, options: SaveOptions = {}): Post {
    const now = this.#now();
    const { fields, path } = this.decide(draft);
    return this.#immediate(() => {
      // Inside the transaction, so that a locked database does not waste the rendering.
      const rendered = options.rendered ?? this.rendering.render({ ...draft, ...fields, path });
      this.#checkFree([path], 'path', undefined);
      const aliases = fields.aliases.filter((alias) => pathKey(alias) !== pathKey(path));
      this.#checkFree(aliases, 'aliases', undefined);
      const updatedAtMillis = options.updatedAtMillis ?? now;
      const { feedId } = draft;
      const id = this.#writer.insert({
        ...fields,
        aliases,
        path,
        markdown: draft.markdown,
        rendered,
        updatedAtMillis,
        deletedAtMillis: options.deletedAtMillis ?? null,
        createdAtMillis: options.createdAtMillis ?? now,
        feedId: feedId === undefined || this.#writer.hasFeedId(feedId) ? newFeedId() : feedId,
      });
      return this.byId(id)!;
    });
  }

  /** Saves over `version`; keeps a visible post's old path as an alias, and a deleted post deleted. Throws PostConflictError if it is outdated. */
  update(id: number, version: number, draft: PostDraft, options: SaveOptions = {}): Post {
    const now = this.#now();
    const before = this.#expect(id, version);
    const { fields, path, formerPaths: aliases } = this.decide(draft, before);
    return this.#immediate(() => {
      this.#expect(id, version);
      const rendered = options.rendered ?? this.rendering.render({ ...draft, ...fields, path, aliases });
      this.#checkFree([path], 'path', id);
      this.#checkFree(aliases, 'aliases', id);
      const updatedAtMillis = options.updatedAtMillis ?? now;
      this.#writer.update(id, {
        ...fields,
        aliases,
        path,
        markdown: draft.markdown,
        rendered,
        updatedAtMillis,
        deletedAtMillis: options.deletedAtMillis ?? before.deletedAtMillis ?? null,
      });
      return this.byId(id)!;
    });
  }

  /** Marks a post as deleted: its path answers 410, and it can be restored. Throws PostConflictError, PostNotFoundError. */
  remove(id: number, version: number): void {
    this.#immediate(() => {
      this.#expect(id, version);
      this.#writer.remove(id, this.#now());
    });
  }

  /** Restores a deleted post; other posts stay as they are. Throws PostNotFoundError. */
  restore(id: number, options: Pick<SaveOptions, 'rendered'> = {}): Post {
    return this.#immediate(() => {
      const post = this.byId(id);
      if (post === undefined) throw new PostNotFoundError(id);
      if (post.deletedAtMillis !== null)
        this.#writer.restore(post, options.rendered ?? this.rendering.render(post), this.#now());
      return this.byId(id)!;
    });
  }

  #immediate<T>(work: () => T): T {
    const transaction = this.#database.transaction(work);
    return this.#database.inTransaction ? transaction() : transaction.immediate();
  }

  #expect(id: number, version: number): Post {
    const post = this.byId(id);
    if (post === undefined) throw new PostNotFoundError(id);
    if (post.version !== version && this.isEditedSince(id, version))
      throw new PostConflictError(post, version);
    return post;
  }

  #checkFree(paths: readonly string[], field: 'path' | 'aliases', ownId: number | undefined): void {
    for (const path of paths) {
      const owner = this.#writer.ownerOf(pathKey(path));
      if (owner === undefined || owner.id === ownId) continue;
      const whose = owner.isDeleted ? 'a deleted post, which can be restored' : 'another post';
      throw new PostDraftError(
        field,
        'taken',
        `The address ${path} belongs to “${titleText(owner.title)}”, ${whose}.`,
      );
    }
  }

  #timeZone(): string {
    return readSiteSetting(this.#settings, 'timeZone');
  }

  #freePath(fields: PostFields, ownId?: number): string {
    const base = datedPath(fields.publishedAtMillis ?? this.#now(), fields.title, this.#timeZone());
    for (let number = 1; ; number++) {
      const path = number === 1 ? base : `${base}-${number}`;
      const owner = this.#writer.ownerOf(pathKey(path));
      if (owner === undefined || owner.id === ownId) return path;
    }
  }
}

/** True for the path that `decide` gave a post of this title at its last save. */
function isDerivedPath({ path, title, publishedAtMillis, updatedAtMillis }: Post, timeZone: string): boolean {
  const base = datedPath(publishedAtMillis ?? updatedAtMillis, title, timeZone);
  return path === base || (path.startsWith(`${base}-`) && /^\d+$/.test(path.slice(base.length + 1)));
}
