import path from 'node:path';
import { SingleBar } from 'cli-progress';
import { openBlogData } from '../../db/open-blog-data.ts';
import { closeDatabase } from '../../db/open-database.ts';
import { noteImport } from '../../db/last-import.ts';
import { SettingStore } from '../../db/setting-store.ts';
import { MEDIA_FOLDER_NAME } from '../../db/data-files.ts';
import { createWhenUnlocked } from '../../db/when-unlocked.ts';
import { MediaStore } from '../../media/media-store.ts';
import { PictureError } from '../../media/picture-error.ts';
import { Pictures } from '../../media/pictures.ts';
import { dataDirOf, EXIT_USAGE, runCommand } from '../../process/run-command.ts';
import { PostStore } from '../post-store.ts';
import { renewPictures } from '../renew-pictures.ts';
import { importPosts } from './import-posts.ts';
import { summaryLines, type ImportSummary } from './import-summary.ts';
import { isFile, isFolder } from './read-tree.ts';

const USAGE = `Usage: npm run import -- DIR|FILE [--data-dir FOLDER] [--all]

Imports a tree of Markdown files with TOML (+++), YAML (---) or JSON front matter: Zola, Hugo, Jekyll, Eleventy, Astro,
Next, Obsidian and similar. DIR is the site's folder or its folder of posts. FILE is the export of Ghost (JSON) or
WordPress (XML); pictures are taken from folders beside it, content/images or wp-content/uploads. Run it again at any
time: unchanged posts stay as they are.

  --data-dir FOLDER  the blog's data; default: DATA_DIR
  --all              list everything that was skipped or noted, not only the first of each, and look again for missing
                     pictures and dead links in posts that have not changed
`;
const SHAPE = {
  usage: USAGE,
  names: { count: 1, asked: 'Name one folder or file to import.' },
  switches: ['all'],
  values: ['data-dir'],
};
/** Without a terminal, prints a line per this many posts or pictures. */
const PLAIN_STEP = 100;

function progress(what: string): { report: (done: number, total: number) => void; stop: () => void } {
  if (!process.stderr.isTTY) {
    return {
      report: (done, total) =>
        void (
          done > 0 &&
          (done % PLAIN_STEP === 0 || done === total) &&
          process.stderr.write(`${done} of ${total} ${what}\n`)
        ),
      stop: () => {},
    };
  }
  const bar = new SingleBar({
    format: `{bar} {value} of {total} ${what}`,
    barCompleteChar: '█',
    barIncompleteChar: '░',
    hideCursor: true,
  });
  return {
    report: (done, total) => (done === 0 ? bar.start(total, 0) : bar.update(done)),
    stop: () => bar.stop(),
  };
}

async function runImport(directory: string, dataDir: string, checksAll: boolean): Promise<ImportSummary> {
  const database = openBlogData(dataDir);
  try {
    const folder = path.join(dataDir, MEDIA_FOLDER_NAME);
    const media = new MediaStore(database, { folder });
    const posts = new PostStore(database);
    const summary = withProgress('posts', (onProgress) =>
      importPosts(directory, { database, posts, media, checksAll, onProgress }),
    );
    const pictures = new Pictures(database, {
      media,
      folder,
      isImport: true,
      whenUnlocked: createWhenUnlocked(),
    });
    await withProgress('pictures', (onProgress) =>
      renewPictures({ database, posts, media, pictures, log: QUIET, onProgress }),
    ).catch((error: unknown) => {
      if (!(error instanceof PictureError)) throw error;
      summary.notes.push({ file: 'pictures', text: error.message });
    });
    const { imported: added, updated: changed } = summary;
    if (added + changed > 0) noteImport(new SettingStore(database), { atMillis: Date.now(), added, changed });
    return summary;
  } finally {
    closeDatabase(database);
  }
}

/** The next start of the blog tries again, and logs it. */
const QUIET = { info() {}, warn() {} };

function withProgress<T>(what: string, work: (report: (done: number, total: number) => void) => T): T {
  const bar = progress(what);
  const stop = (): void => bar.stop();
  try {
    const result = work(bar.report);
    if (result instanceof Promise) result.then(stop, stop);
    else stop();
    return result;
  } catch (error) {
    stop();
    throw error;
  }
}

/** Exit codes: 0 imported, 1 something could not be imported, 2 wrong usage. */
await runCommand(SHAPE, 'The import stopped', async (given) => {
  const started = performance.now();
  const [directory = ''] = given.named;
  if (!isFolder(directory) && !isFile(directory)) {
    process.stderr.write(`There is no folder or file ${directory}.\n`);
    return EXIT_USAGE;
  }
  const all = given.has('all');
  const summary = await runImport(directory, dataDirOf(given), all);
  const seconds = (performance.now() - started) / 1000;
  process.stdout.write(`${summaryLines(summary, { all, seconds }).join('\n')}\n`);
  return summary.hasFaults ? 1 : 0;
});
