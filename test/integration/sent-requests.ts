import { once } from 'node:events';
import { connect } from 'node:net';
import Database from 'better-sqlite3';
import { join } from 'node:path';
import { DATABASE_FILE_NAME } from '../../src/db/data-files.ts';
import { ClockedBlog } from './clocked-blog.ts';
import { importSite } from './import-site.ts';
import { Visitor } from './visitor.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';

const PASSWORD = 'amber lantern quietly grows';
const POST = '/2021/11/01/Rust-1.56.1';

/** One line of the list of what was sent. It knows nothing of the store. */
export interface Sent {
  /** By the wall clock of the server. */
  readonly atMillis: number;
  readonly series: string;
  readonly outcome: number;
}

export interface Kind {
  readonly series: string;
  readonly path: string;
  readonly status: number;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly isOwner?: true;
}

export const KINDS: readonly Kind[] = [
  { series: 'GET /', path: '/', status: 200 },
  { series: 'GET /tags', path: '/tags', status: 200 },
  { series: 'GET /archive', path: '/archive', status: 200 },
  { series: 'GET /archive/:year', path: '/archive/2021', status: 200 },
  { series: 'GET /:path', path: POST, status: 200 },
  { series: 'HEAD /:path', path: POST, status: 200, method: 'HEAD' },
  { series: 'GET /feed.rss', path: '/feed.rss', status: 200 },
  { series: 'GET /feed.atom', path: '/feed.atom', status: 200 },
  { series: 'GET /search', path: '/search?q=rust', status: 200 },
  { series: 'GET /sitemap.xml', path: '/sitemap.xml', status: 200 },
  { series: 'GET /health', path: '/health', status: 200 },
  { series: 'unknown paths', path: '/no/such/post', status: 404 },
  { series: 'unknown paths', path: '/tags/none', status: 404 },
  { series: 'unknown paths', path: '/', status: 405, method: 'PUT' },
  { series: 'GET /admin/posts', path: '/admin/posts', status: 303 },
  { series: 'GET /admin/posts', path: '/admin/posts', status: 200, isOwner: true },
  { series: 'GET /admin/health', path: '/admin/health', status: 200, isOwner: true },
];

/** A blog whose time is ours, its owner, and the list of all that was sent, over every restart. */
export class SentRequests {
  readonly sent: Sent[] = [];
  readonly owner = new Visitor();
  readonly dataDir = temporaryFolder();
  /** Settings of the next process. */
  readonly env: Record<string, string>;
  #clocked: ClockedBlog | undefined;
  /** How many of `sent` were sent to processes before this one. */
  sentBefore = 0;

  constructor(env: Readonly<Record<string, string>>) {
    this.env = { ...env };
  }

  get clocked(): ClockedBlog {
    return this.#clocked!;
  }

  async begin(wallMillis: number, posts = 'test/fixtures/rust-blog'): Promise<void> {
    importSite(posts, this.dataDir);
    await this.start(wallMillis);
    // The link is printed behind the address.
    await this.send({ series: 'GET /health', path: '/health', status: 200 });
    await this.#signIn();
  }

  async start(wallMillis: number): Promise<void> {
    this.#clocked = await ClockedBlog.start(this.dataDir, wallMillis, this.env);
    this.sentBefore = this.sent.length;
  }

  /** Answers the status; what is not as the kind says ends the run. */
  async send(kind: Kind): Promise<void> {
    const { path, method, headers, isOwner, series, status } = kind;
    const { blog } = this.clocked;
    const answer = isOwner
      ? await this.owner.send(`${blog.address}${path}`)
      : await blog.ask(path, { ...(method && { method }), ...(headers && { headers }) });
    if (answer.status !== status) throw new Error(`${series} ${path} answered ${answer.status}`);
    this.#note(series, status);
  }

  /** Whatever it is answered; of which series it is is not known. Returns the status. */
  async ask(path: string, method: string, headers: Readonly<Record<string, string>>): Promise<number> {
    const { status } = await this.clocked.blog.ask(path, { method, headers });
    this.#note('', status);
    return status;
  }

  /** A reader who leaves in the middle of what he sends. */
  async breakOff(): Promise<void> {
    const { hostname, port, host } = new URL(this.clocked.blog.address);
    const socket = connect(Number(port), hostname);
    await once(socket, 'connect');
    socket.write(
      `POST /admin/sign-in HTTP/1.1\r\nHost: ${host}\r\nContent-Type: application/x-www-form-urlencoded\r\n`,
    );
    socket.write(`Origin: ${this.clocked.blog.address}\r\nContent-Length: 100\r\n\r\npassword=`);
    // Answered behind it on the server's loop: by then the handler reads the body.
    await this.send(KINDS[0]!);
    socket.destroy();
    // A request that did not arrive whole is refused, whether or not anybody is there to hear it.
    this.#note('POST /admin/sign-in', 400);
    await this.counted();
  }

  /** A search while its table is away: a failure of ours. */
  async fail(): Promise<void> {
    const database = new Database(join(this.dataDir, DATABASE_FILE_NAME));
    try {
      database.exec('ALTER TABLE post_search RENAME TO post_search_away');
      await this.send({ series: 'GET /search', path: '/search?q=away', status: 500 });
    } finally {
      database.exec('ALTER TABLE post_search_away RENAME TO post_search');
      database.close();
    }
  }

  /** Until the server has counted all that was sent to it: a connection that broke is told to it later. */
  async counted(): Promise<void> {
    const sent = this.sent.length - this.sentBefore;
    for (;;) {
      const { operations } = await this.clocked.blog.metrics<{
        readonly operations: { readonly http: { readonly count: number } };
      }>();
      if (operations.http.count >= sent) return;
    }
  }

  sentIn({ fromMillis, toMillis }: { fromMillis: number; toMillis: number }): readonly Sent[] {
    return this.sent.filter(({ atMillis }) => atMillis >= fromMillis && atMillis < toMillis);
  }

  async end(): Promise<void> {
    this.owner.close();
    await this.#clocked?.stop();
  }

  #note(series: string, outcome: Sent['outcome']): void {
    this.sent.push({ atMillis: this.clocked.wallMillis, series, outcome });
  }

  async #signIn(): Promise<void> {
    const { blog } = this.clocked;
    const [, path = '', token = ''] = /(\/admin\/setup\?token=([\w-]+))/.exec(blog.output)!;
    const { text } = await this.owner.send(`${blog.address}${path}`);
    this.#note('GET /admin/setup', 200);
    const _csrf = /name="_csrf" value="([^"]+)"/.exec(text)![1]!;
    const fields = { _csrf, token, password: PASSWORD, repeated: PASSWORD };
    const { status } = await this.owner.send(`${blog.address}/admin/setup`, { fields });
    if (status !== 303) throw new Error(`the owner was answered ${status}`);
    this.#note('POST /admin/setup', status);
  }
}
