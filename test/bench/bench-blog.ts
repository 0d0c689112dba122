import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DATABASE_FILE_NAME } from '../../src/db/data-files.ts';
import { closeDatabase, openDatabase } from '../../src/db/open-database.ts';
import { PostStore } from '../../src/posts/post-store.ts';

const POSTS = 20;
const DAY_MILLIS = 86_400_000;
const NEWEST_MILLIS = Date.UTC(2026, 0, 31, 12);

/** A small blog on disk that is made once and copied for every server, so that none waits for another's lock. */
export class BenchBlog {
  readonly #root = mkdtempSync(join(tmpdir(), 'glasshouse-bench-'));
  readonly #template = join(this.#root, 'template');
  #copies = 0;
  /** Of a post in the middle, with a newer and an older one. */
  readonly postPath: string;

  constructor() {
    const database = openDatabase(join(this.#template, DATABASE_FILE_NAME));
    const store = new PostStore(database);
    const posts = Array.from({ length: POSTS }, (_, index) =>
      store.create({
        title: `On panes, part ${index + 1}`,
        markdown: markdownOf(index),
        status: 'published',
        publishedAtMillis: NEWEST_MILLIS - (POSTS - index) * DAY_MILLIS,
        tags: ['glass', index % 2 === 0 ? 'even' : 'odd'],
      }),
    );
    closeDatabase(database);
    this.postPath = `/${posts[POSTS / 2]!.path}`;
  }

  /** A DATA_DIR of its own. */
  copy(): string {
    const folder = join(this.#root, `blog-${++this.#copies}`);
    cpSync(this.#template, folder, { recursive: true });
    return folder;
  }

  remove(): void {
    rmSync(this.#root, { recursive: true, force: true });
  }
}

function markdownOf(index: number): string {
  const paragraph = `Pane ${index} lets the light through and keeps the rain out; *both* are measured, neither is stored. `;
  const code = ['```ts', 'const pane = { clear: true };', 'export const isClear = pane.clear;', '```'].join(
    '\n',
  );
  return [
    paragraph.repeat(4),
    '## What it is',
    paragraph.repeat(3),
    code,
    '- one\n- two\n- three',
    paragraph,
  ].join('\n\n');
}
