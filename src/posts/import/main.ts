import path from 'node:path';
import { parseArgs } from 'node:util';
import { SingleBar } from 'cli-progress';
import { loadBlogConfig } from '../../process/config.ts';
import { openBlogData } from '../../db/open-blog-data.ts';
import { closeDatabase } from '../../db/open-database.ts';
import { noteImport } from '../../db/last-import.ts';
import { SettingStore } from '../../db/setting-store.ts';
import { MEDIA_FOLDER_NAME } from '../../db/data-files.ts';
import { MediaStore } from '../../media/media-store.ts';
import { isForPeople } from '../../process/for-people.ts';
import { PostStore } from '../post-store.ts';
import { importPosts } from './import-posts.ts';
import { summaryLines, type ImportSummary } from './import-summary.ts';
import { isFolder } from './read-tree.ts';

const USAGE = `Usage: npm run import -- DIR [--data-dir FOLDER] [--all]

Imports a tree of Markdown files with TOML (+++), YAML (---) or JSON front matter: Zola, Hugo, Jekyll and similar.
DIR is the site's folder or its folder of posts. Run it again at any time: unchanged posts stay as they are.

  --data-dir FOLDER  the blog's data; default: DATA_DIR
  --all              list everything that was skipped or noted, not only the first of each, and look again for missing
                     pictures and dead links in posts that have not changed
`;
const EXIT_USAGE = 2;
/** Without a terminal, prints a line per this many posts. */
const PLAIN_STEP = 100;

function progress(): { report: (done: number, total: number) => void; stop: () => void } {
  if (!process.stderr.isTTY) {
    return {
      report: (done, total) =>
        void (
          done > 0 &&
          (done % PLAIN_STEP === 0 || done === total) &&
          process.stderr.write(`${done} of ${total} posts\n`)
        ),
      stop: () => {},
    };
  }
  const bar = new SingleBar({
    format: '{bar} {value} of {total} posts',
    barCompleteChar: '█',
    barIncompleteChar: '░',
    hideCursor: true,
  });
  return {
    report: (done, total) => (done === 0 ? bar.start(total, 0) : bar.update(done)),
    stop: () => bar.stop(),
  };
}

function runImport(directory: string, dataDir: string, checksAll: boolean): ImportSummary {
  const database = openBlogData(dataDir);
  const bar = progress();
  try {
    const media = new MediaStore(database, { folder: path.join(dataDir, MEDIA_FOLDER_NAME) });
    const summary = importPosts(directory, {
      database,
      posts: new PostStore(database),
      media,
      checksAll,
      onProgress: bar.report,
    });
    const { imported: added, updated: changed } = summary;
    if (added + changed > 0) noteImport(new SettingStore(database), { atMillis: Date.now(), added, changed });
    return summary;
  } finally {
    bar.stop();
    closeDatabase(database);
  }
}

/** Exit codes: 0 imported, 1 something could not be imported, 2 wrong usage. */
function main(): number {
  const started = performance.now();
  let options;
  try {
    options = parseArgs({
      allowPositionals: true,
      options: {
        'data-dir': { type: 'string' },
        all: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n\n${USAGE}`);
    return EXIT_USAGE;
  }
  const { values, positionals } = options;
  if (values.help) {
    process.stdout.write(USAGE);
    return 0;
  }
  const [directory] = positionals;
  if (directory === undefined || positionals.length > 1) {
    process.stderr.write(`Name one folder to import.\n\n${USAGE}`);
    return EXIT_USAGE;
  }
  if (!isFolder(directory)) {
    process.stderr.write(`${directory} is not a folder.\n`);
    return EXIT_USAGE;
  }
  const summary = runImport(directory, values['data-dir'] ?? loadBlogConfig().dataDir, values.all);
  const seconds = (performance.now() - started) / 1000;
  process.stdout.write(`${summaryLines(summary, { all: values.all, seconds }).join('\n')}\n`);
  return summary.hasFaults ? 1 : 0;
}

try {
  process.exitCode = main();
} catch (error) {
  if (!(error instanceof Error)) throw error;
  process.stderr.write(`The import stopped: ${isForPeople(error) ? error.message : error.stack}\n`);
  process.exitCode = 1;
}
