import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DATABASE_FILE_NAME } from '../../../src/db/data-files.ts';
import { closeDatabase, openDatabase } from '../../../src/db/open-database.ts';
import type { RenderedMarkdown } from '../../../src/posts/markdown/markdown.ts';
import { PostStore } from '../../../src/posts/post-store.ts';

const HOUR_MILLIS = 3_600_000;
const NEWEST_MILLIS = Date.UTC(2026, 0, 31, 12);
/** So many of the newest are as long as the posts of a real blog; older ones are short, to save disk. */
const LONG_POSTS = 1000;
const WORDS = 'glass light rain pane frame sky house window garden stone river paper'.split(' ');

/** A blog of any number of posts on disk. */
export class BigBlog {
  readonly #root = mkdtempSync(join(tmpdir(), 'glasshouse-pages-'));
  /** Its DATA_DIR. */
  readonly folder = join(this.#root, 'blog');
  #copies = 0;
  /** Of the long ones, the newest first. */
  readonly paths: readonly string[];

  constructor(posts: number) {
    const database = openDatabase(join(this.folder, DATABASE_FILE_NAME));
    const store = new PostStore(database);
    const texts = { long: markdownOf(120), short: markdownOf(1) };
    const rendered = new Map<string, RenderedMarkdown>();
    const paths: string[] = [];
    database.transaction(() => {
      for (let i = posts - 1; i >= 0; i--) {
        const markdown = i < LONG_POSTS ? texts.long : texts.short;
        const title = `On ${WORDS[i % WORDS.length]}, part ${i}`;
        const publishedAtMillis = NEWEST_MILLIS - i * HOUR_MILLIS;
        const draft = { title, path: `post-${i}`, tags: ['glass', WORDS[i % 7]!], markdown } as const;
        const known = rendered.get(markdown);
        const post = store.create(
          { ...draft, status: 'published', publishedAtMillis },
          { updatedAtMillis: publishedAtMillis, createdAtMillis: publishedAtMillis, rendered: known },
        );
        if (known === undefined) rendered.set(markdown, store.rendering.render(post));
        if (i < LONG_POSTS) paths.unshift(`/${post.path}`);
      }
    })();
    closeDatabase(database);
    this.paths = paths;
  }

  /** A DATA_DIR of its own, so that no server waits for another's lock. */
  copy(): string {
    const folder = join(this.#root, `copy-${++this.#copies}`);
    cpSync(this.folder, folder, { recursive: true });
    return folder;
  }

  remove(): void {
    rmSync(this.#root, { recursive: true, force: true });
  }
}

/** About 200 bytes a paragraph. */
function markdownOf(paragraphs: number): string {
  return Array.from({ length: paragraphs }, (_, index) =>
    index % 12 === 11
      ? `## Part ${index}\n\n\`\`\`ts\nconst pane = { clear: true, number: ${index} };\n\`\`\``
      : `Pane ${index} lets the *light* through and keeps the rain out; both are measured, [neither](/post-1) is stored, and ${WORDS[index % WORDS.length]} is what is left of it when the day is over.`,
  ).join('\n\n');
}
