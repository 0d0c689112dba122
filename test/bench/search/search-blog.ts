import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RandomSource } from '../../../src/demo/random-source.ts';
import { DATABASE_FILE_NAME } from '../../../src/db/data-files.ts';
import { closeDatabase, openDatabase } from '../../../src/db/open-database.ts';
import { rendererNumber } from '../../../src/posts/markdown/markdown.ts';
import { SearchWriter } from '../../../src/search/search-writer.ts';

const HOUR_MILLIS = 3_600_000;
const NEWEST_MILLIS = Date.UTC(2026, 0, 31, 12);
const SYLLABLES = 'ka lo mi ne pu ra si to vu wen dar fel gor hin jas'.split(' ');
/** As a language has: the n-th word is as frequent as 1/n. */
const ENGLISH_WORDS = 50_000;
const CHINESE_LETTERS = 3500;
/** One post in so many is Chinese. */
const CHINESE_EVERY = 20;
const AT_ONCE = 2000;

/** What is in one post only. */
export const RARE_WORD = 'quetzalcoatl';
export const RARE_LETTERS = '鳳凰涅槃';

/** A blog of posts of 100 to 700 words, whose words are as frequent as those of a language; made again, it is the same. */
export class SearchBlog {
  /** Its DATA_DIR. */
  readonly folder = mkdtempSync(join(tmpdir(), 'glasshouse-search-'));

  constructor(posts: number, random: RandomSource) {
    const database = openDatabase(join(this.folder, DATABASE_FILE_NAME));
    // 400 MB: filling it takes a third of the time.
    database.pragma('cache_size = -400000');
    const insert = database.prepare(
      `INSERT INTO posts (path, path_key, title, summary, status, published_at, updated_at, created_at, tags, authors, language, reading_minutes,
         version, markdown, html, rendered_by)
       VALUES (@key, @key, @title, '', 'published', @at, @at, @at, '[]', '[]', @language, 1, 1, @body, @html, @rendered_by)`,
    );
    const writer = new SearchWriter(database);
    for (let from = 0; from < posts; from += AT_ONCE)
      database.transaction(() => {
        for (let i = from; i < Math.min(from + AT_ONCE, posts); i++) {
          const isChinese = i % CHINESE_EVERY === CHINESE_EVERY - 1;
          const title = isChinese ? chinese(12, random) : english(6, random);
          const text = isChinese
            ? chinese(random.between(300, 1500), random)
            : english(random.between(100, 700), random);
          const body = i === posts >> 1 ? `${text} ${RARE_WORD} ${RARE_LETTERS}` : text;
          const { lastInsertRowid } = insert.run({
            key: `post-${i}`,
            title,
            at: NEWEST_MILLIS - (posts - i) * HOUR_MILLIS,
            language: isChinese ? 'zh' : 'en',
            body,
            html: `<p>${body}</p>`,
            rendered_by: rendererNumber({ typography: 'en' }),
          });
          writer.put(Number(lastInsertRowid), { title, tags: [], body });
        }
      })();
    closeDatabase(database);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** The words are made up: the first ones have one syllable. */
export function englishWord(rank: number): string {
  let text = '';
  for (let left = rank; left > 0; left = Math.floor(left / SYLLABLES.length))
    text += SYLLABLES[left % SYLLABLES.length];
  return text;
}

export function chineseLetter(rank: number): string {
  return String.fromCodePoint(0x4e00 + ((rank * 37) % 6000));
}

function english(words: number, random: RandomSource): string {
  return Array.from({ length: words }, () => englishWord(zipf(ENGLISH_WORDS, random))).join(' ');
}

function chinese(letters: number, random: RandomSource): string {
  return Array.from({ length: letters }, (_, index) =>
    index % 17 === 16 ? '，' : chineseLetter(zipf(CHINESE_LETTERS, random)),
  ).join('');
}

/** A rank from 1; the n-th is drawn as often as 1/n. */
function zipf(ranks: number, random: RandomSource): number {
  return Math.floor(Math.exp(random.next() * Math.log(ranks)));
}
