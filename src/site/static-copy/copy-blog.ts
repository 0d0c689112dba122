import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Database } from 'better-sqlite3';
import { MEDIA_FOLDER_NAME } from '../../db/data-files.ts';
import { tagUrl } from '../../posts/post-path.ts';
import { basePathOf, withoutBasePath } from '../../http/base-path.ts';
import { mapAttributes } from '../../markup/html-tokens.ts';
import { MediaStore } from '../../media/media-store.ts';
import { MediaUses } from '../../posts/media-uses.ts';
import { decodePath, postUrl } from '../../posts/post-path.ts';
import { PostStore } from '../../posts/post-store.ts';
import { isShortLink } from '../../posts/short-link.ts';
import { fillNewFolder } from '../../process/new-folder.ts';
import { SettingStore } from '../../db/setting-store.ts';
import { StoredSiteSettings } from '../../db/site-settings.ts';
import { FEEDS } from '../layout.ts';
import { menuOf, type MenuLink } from '../menu.ts';
import { AskedBlog, type BlogAnswer } from './asked-blog.ts';
import { copiedFileName } from './copied-file-name.ts';
import { copiedLink, copiedPath, isAddressAttribute, type PageAddress } from './page-address.ts';
import { redirectPage } from './redirect-page.ts';

/** Links of copied pages to an address that the copy does not have. */
export interface MissingAddress {
  readonly to: string;
  /** The first page that links to it. */
  readonly from: string;
  readonly pages: number;
  /** True if the menu, which is on every page, has the link. */
  readonly isInMenu: boolean;
}

/** What a copy has, and what it lacks. */
export interface CopySummary {
  readonly pages: number;
  /** Feeds, media, stylesheets and the like. */
  readonly files: number;
  readonly redirects: number;
  /** Addresses of the blog that pages link to and the copy does not have, each once. */
  readonly deadLinks: readonly MissingAddress[];
  /** The same of posts that are scheduled: their pages are in a copy that is made later. */
  readonly earlyLinks: readonly (MissingAddress & { readonly atMillis: number })[];
  /** Addresses that need the name of a file that another one has, or that cannot be a file. */
  readonly left: readonly string[];
}

const FIXED: readonly string[] = [
  '/',
  '/archive',
  '/tags',
  '/feed.rss',
  '/feed.atom',
  '/feed.json',
  '/feeds.opml',
  // Feeds at the addresses of other software, for their subscribers.
  '/atom.xml',
  '/feed.xml',
  '/index.xml',
  '/rss.xml',
  '/sitemap.xml',
  '/robots.txt',
];
/** Posts that readers can open, listed or not, and all that redirects. */
const ADDRESSES = `
  WITH open AS (
    SELECT id, path FROM posts WHERE status <> 'draft' AND deleted_at IS NULL AND published_at <= @now
  )
  SELECT path FROM open
  UNION SELECT aliases.path FROM aliases JOIN open ON open.id = aliases.post_id
  UNION SELECT path FROM redirects
  ORDER BY path`;
/** Former names of tags. */
const RENAMED_TAGS = 'SELECT tag_key FROM tag_names ORDER BY tag_key';
const MEDIA_BATCH = 500;

/**
 * Copies all that readers can open into a new or empty folder, as files for any web server: it asks the blog for each page and follows the
 * links. A second copy has the same bytes. Throws NewFolderError, or the error of a page that the blog could not render.
 */
export function copyBlog(options: {
  readonly database: Database;
  readonly dataDir: string;
  readonly directory: string;
  /** Where the copy will be; without a slash at its end. */
  readonly publicUrl: string;
  readonly now: () => number;
}): Promise<CopySummary> {
  return fillNewFolder(options.directory, async (folder) => {
    const { database, dataDir, publicUrl, now } = options;
    const media = new MediaStore(database, { folder: join(dataDir, MEDIA_FOLDER_NAME), now });
    const faults: unknown[] = [];
    const blog = new AskedBlog({ ...options, media, onFault: (error) => faults.push(error) });
    await blog.start();
    try {
      const copy = new BlogCopy(blog, folder, publicUrl);
      for (const path of FIXED) copy.want(path);
      for (const path of database.prepare<[{ now: number }], string>(ADDRESSES).pluck().all({ now: now() }))
        if (!isShortLink(path)) copy.want(postUrl(path));
      for (const tag of database.prepare<[], string>(RENAMED_TAGS).pluck().all())
        for (const part of ['', ...FEEDS.map(({ path }) => path)]) copy.want(tagUrl(tag) + part);
      for (const url of publicMedia(media, new MediaUses(database, { now }))) copy.want(url);
      await copy.copyAll();
      if (faults.length > 0) throw faults[0];
      const { menu } = new StoredSiteSettings(new SettingStore(database)).values;
      return copy.summary(new PostStore(database, { now }), menuOf(menu));
    } finally {
      await blog.close();
    }
  });
}

function* publicMedia(media: MediaStore, uses: MediaUses): Iterable<string> {
  let after: string | undefined = '';
  while (after !== undefined) {
    const files = media.list({ after, limit: MEDIA_BATCH });
    const shown = uses.publicAmong(files.map(({ path }) => path));
    for (const { path, url } of files) if (shown.has(path)) yield url;
    after = files.at(-1)?.path;
  }
}

class BlogCopy {
  readonly #blog: AskedBlog;
  readonly #folder: string;
  readonly #publicUrl: string;
  readonly #basePath: string;
  /** Addresses in the order in which they were found, by where they are in the copy. */
  readonly #wanted = new Map<string, PageAddress>();
  /** What the copy has: the body of what is no page, for redirects to it. */
  readonly #copied = new Map<string, 'page' | Buffer>();
  readonly #redirects = new Map<string, string>();
  /** The pages that link to an address. */
  readonly #links = new Map<string, Set<string>>();
  readonly #left = new Set<string>();

  constructor(blog: AskedBlog, folder: string, publicUrl: string) {
    this.#blog = blog;
    this.#folder = folder;
    this.#publicUrl = publicUrl;
    this.#basePath = basePathOf(publicUrl);
  }

  want(path: string): void {
    this.#add({ path, query: '', number: 1 });
  }

  async copyAll(): Promise<void> {
    // A map's iteration includes what is added meanwhile.
    for (const [key, page] of this.#wanted) {
      const answer = await this.#blog.ask(page.path + page.query);
      if (answer.location !== undefined) this.#redirect(key, answer.location);
      else if (answer.status === 200) this.#copy(key, page, answer);
    }
    const missing = { path: '/404.html', query: '', number: 1 };
    this.#copy(missing.path, missing, await this.#blog.ask(missing.path));
    for (const [from, to] of this.#redirects) this.#copyRedirect(from, to);
  }

  summary(posts: Pick<PostStore, 'found'>, menu: readonly MenuLink[]): CopySummary {
    const isThere = (path: string): boolean => this.#copied.has(path) || this.#redirects.has(path);
    const home = { path: '/', query: '', number: 1 };
    const inMenu = new Set(
      menu.map(({ address }) => {
        const { to } = copiedLink(address.replace(/^\//, `${this.#basePath}/`), home, this.#publicUrl);
        return to && copiedPath(to);
      }),
    );
    const lacking = [...this.#links].filter(([to]) => !isThere(to));
    const pathOf = (to: string): string => decodePath(to) ?? '';
    const found = posts.found.at(lacking.map(([to]) => pathOf(to)));
    const missing = lacking.map(([to, pages]) => ({
      link: { to, from: [...pages][0]!, pages: pages.size, isInMenu: inMenu.has(to) },
      atMillis: found.get(pathOf(to))?.scheduledAtMillis,
    }));
    const pages = [...this.#copied.values()].filter((copied) => copied === 'page').length;
    return {
      pages,
      files: this.#copied.size - pages,
      redirects: this.#redirects.size,
      deadLinks: missing.flatMap(({ link, atMillis }) => (atMillis === undefined ? [link] : [])),
      earlyLinks: missing.flatMap(({ link, atMillis }) =>
        atMillis === undefined ? [] : [{ ...link, atMillis }],
      ),
      left: [...this.#left],
    };
  }

  #add(page: PageAddress): string {
    const path = page.path.replace(/(.)\/$/, '$1');
    const key = copiedPath({ ...page, path });
    const known = this.#wanted.get(key);
    if (known === undefined) this.#wanted.set(key, { ...page, path });
    // A post may have the address of a list's second page.
    else if (known.path !== path) this.#left.add(path + page.query);
    return key;
  }

  #copy(key: string, page: PageAddress, answer: BlogAnswer): void {
    const isPage = answer.type === 'text/html';
    const body = isPage ? this.#pageOf(answer.body.toString(), page, key) : answer.body;
    for (const path of isPage ? [] : addressesIn(answer)) this.#follow(path, page, key);
    if (this.#write(key, copiedFileName(key, isPage), body))
      this.#copied.set(key, isPage ? 'page' : answer.body);
  }

  #pageOf(html: string, page: PageAddress, key: string): string {
    return mapAttributes(html, isAddressAttribute, (value, name) => {
      if (name === 'content') return /^https?:/i.test(value) ? this.#follow(value, page, key) : value;
      if (!name.endsWith('srcset')) return this.#follow(value, page, key);
      return value.replace(/(^|,)(\s*)(\S+)/g, (_, comma: string, space: string, address: string) => {
        return comma + space + this.#follow(address, page, key);
      });
    });
  }

  /** Notes where an address in a page leads. Returns what the copy has instead. */
  #follow(value: string, page: PageAddress, from: string): string {
    const { written, to } = copiedLink(value, page, this.#publicUrl);
    if (to !== undefined) {
      const key = this.#add(to);
      this.#links.set(key, (this.#links.get(key) ?? new Set()).add(from));
    }
    return written;
  }

  #redirect(key: string, location: string): void {
    const [path = '', rest = ''] = location.split(/(?=[?#])(.*)/s);
    const isHere = location.startsWith('/');
    const to = isHere ? withoutBasePath(path, this.#basePath) : path;
    this.#redirects.set(key, to + rest);
    if (isHere) this.want(to);
  }

  /** Redirects to a feed or a picture become the file itself: their clients do not read pages. */
  #copyRedirect(from: string, target: string): void {
    let to = target;
    for (let hops = 0; hops < this.#redirects.size && this.#redirects.has(plain(to)); hops++)
      to = this.#redirects.get(plain(to)) ?? to;
    const copied = this.#copied.get(plain(to));
    const isFile = copied !== undefined && copied !== 'page';
    const body = isFile ? copied : redirectPage(to, this.#publicUrl);
    if (!this.#write(from, copiedFileName(from, !isFile), body)) this.#redirects.delete(from);
  }

  /** Returns false if the name is taken: by another address, or as a folder. */
  #write(key: string, name: string, body: string | Buffer): boolean {
    const file = join(this.#folder, name);
    try {
      mkdirSync(dirname(file), { recursive: true });
      if (existsSync(file)) throw new Error('taken');
      writeFileSync(file, body, { flag: 'wx' });
      return true;
    } catch {
      this.#left.add(key);
      return false;
    }
  }
}

const plain = (address: string): string => address.replace(/[?#].*$/s, '');

/** Addresses in stylesheets and in the sitemap. */
function addressesIn({ type, body }: BlogAnswer): readonly string[] {
  const pattern =
    type === 'text/css'
      ? /(?:url\(\s*["']?|@import\s+["'])([^"')]+)/g
      : type === 'application/xml'
        ? /<loc>([^<]+)<\/loc>/g
        : undefined;
  return pattern === undefined
    ? []
    : [...body.toString().matchAll(pattern)].map(([, address]) => address ?? '');
}
