import type { Database, Statement } from 'better-sqlite3';
import { addressProblem, pathKey, tidyPath } from '../process/address.ts';
import { decodePath, postUrl } from './post-path.ts';

const MAX_TARGET_CHARACTERS = 2000;
const CONTROLS = /[\p{Cc}\s]/u;

/** An address without a post that leads elsewhere. */
export interface Redirect {
  readonly id: number;
  /** Without the leading slash, as the owner wrote it. */
  readonly path: string;
  /** An address of this blog, beginning with a slash, or an http address of any site. */
  readonly target: string;
  readonly createdAtMillis: number;
}

/** Why a redirect was refused, by field. */
export type RedirectProblems = Readonly<Partial<Record<'from' | 'to', string>>>;

interface RedirectRow {
  readonly id: number;
  readonly path: string;
  readonly target: string;
  readonly created_at: number;
}

/** The owner's redirects, of addresses at which no post is. */
export class Redirects {
  readonly #now: () => number;
  readonly #ownAddress: string | undefined;
  readonly #put: Statement<[string, string, string, number]>;
  readonly #find: Statement<[string], RedirectRow>;
  readonly #among: Statement<[string], { path_key: string }>;
  readonly #list: Statement<[], RedirectRow>;
  readonly #remove: Statement<[number]>;
  readonly #post: Statement<[{ key: string }], { title: string }>;

  /** @param publicUrl PUBLIC_URL: a target below it is an address of this blog. */
  constructor(
    database: Database,
    { now, publicUrl }: { readonly now: () => number; readonly publicUrl?: string | undefined },
  ) {
    this.#now = now;
    this.#ownAddress = publicUrl?.replace(/\/?$/, '/');
    this.#put = database.prepare(
      `INSERT INTO redirects (path, path_key, target, created_at) VALUES (?, ?, ?, ?)
       ON CONFLICT (path_key) DO UPDATE SET path = excluded.path, target = excluded.target`,
    );
    this.#find = database.prepare('SELECT * FROM redirects WHERE path_key = ?');
    this.#among = database.prepare(
      'SELECT path_key FROM redirects WHERE path_key IN (SELECT value FROM json_each(?))',
    );
    this.#list = database.prepare('SELECT * FROM redirects ORDER BY path_key');
    this.#remove = database.prepare('DELETE FROM redirects WHERE id = ?');
    this.#post = database.prepare(
      `SELECT title FROM posts WHERE deleted_at IS NULL AND
         (path_key = @key OR id IN (SELECT post_id FROM aliases WHERE aliases.path_key = @key))`,
    );
  }

  /** The target of a request's path, escaped; undefined if there is no redirect. */
  find(requestPath: string): string | undefined {
    const path = decodePath(requestPath);
    return path === undefined ? undefined : this.#find.get(pathKey(path))?.target;
  }

  /** Those of the paths that are redirected, with one statement. */
  among(paths: readonly string[]): ReadonlySet<string> {
    const keys = new Set(this.#among.all(JSON.stringify(paths.map(pathKey))).map((row) => row.path_key));
    return new Set(paths.filter((path) => keys.has(pathKey(path))));
  }

  /** By address. */
  list(): readonly Redirect[] {
    return this.#list
      .all()
      .map(({ id, path, target, created_at }) => ({ id, path, target, createdAtMillis: created_at }));
  }

  /** Adds a redirect, or changes the one of this address. Returns what is wrong; nothing is changed then. */
  put(from: string, to: string): RedirectProblems {
    const path = tidyPath(decodePath(from.trim()) ?? from);
    const address = addressProblem(path, from);
    const found = address === undefined ? this.#post.get({ key: pathKey(path) }) : undefined;
    const target = targetOf(to.trim(), this.#ownAddress);
    const problems = {
      from:
        address?.message ??
        (found &&
          `The post “${found.title}” has this address; change its address, and the old one redirects.`),
      to: typeof target === 'string' ? this.#loop(path, target) : target.problem,
    };
    if (problems.from !== undefined || problems.to !== undefined || typeof target !== 'string')
      return {
        ...(problems.from !== undefined && { from: problems.from }),
        ...(problems.to !== undefined && { to: problems.to }),
      };
    this.#put.run(path, pathKey(path), target, this.#now());
    return {};
  }

  /** Returns false if there is none (any more). */
  remove(id: number): boolean {
    return this.#remove.run(id).changes > 0;
  }

  /** Follows the redirects behind a target; each has another address, so it ends. */
  #loop(path: string, target: string): string | undefined {
    const seen = new Set([pathKey(path)]);
    for (let next: string | undefined = target; next?.startsWith('/') === true; next = this.find(next)) {
      next = next.replace(/[?#].*$/s, '');
      const key = pathKey(decodePath(next) ?? next);
      if (seen.has(key)) return 'This would lead back to the address itself; choose another.';
      seen.add(key);
    }
    return undefined;
  }
}

function targetOf(to: string, ownAddress: string | undefined): string | { readonly problem: string } {
  const expected = 'expected an address of this blog such as /about, or one like https://example.org/page';
  if (to === '') return { problem: `The target is empty; ${expected}.` };
  if (to.length > MAX_TARGET_CHARACTERS)
    return { problem: `The target is longer than ${MAX_TARGET_CHARACTERS} characters.` };
  const wrong = { problem: `${JSON.stringify(to)} is no target; ${expected}.` };
  if (CONTROLS.test(to)) return wrong;
  if (/^\/(?![/\\])/.test(to)) return ownTarget(to) ?? wrong;
  if (!/^https?:\/\//i.test(to) || !URL.canParse(to)) return wrong;
  const { href, username, password } = new URL(to);
  if (username !== '' || password !== '') return wrong;
  if (ownAddress === undefined || !href.startsWith(ownAddress)) return href;
  return ownTarget(`/${href.slice(ownAddress.length)}`) ?? wrong;
}

/** Without `.` and `..`, as browsers ask for it. */
function ownTarget(to: string): string | undefined {
  const { pathname, search, hash } = new URL(to.replace(/^\/+/, '/'), 'http://blog.invalid');
  const plain = decodePath(pathname);
  return plain === undefined ? undefined : `${postUrl(plain)}${search}${hash}`;
}
