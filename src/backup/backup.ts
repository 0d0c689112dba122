import { resolve } from 'node:path';
import { isMainThread } from 'node:worker_threads';
import { withBlogData } from '../db/open-blog-data.ts';
import { makeBackup } from './make-backup.ts';
import { counted, megabytes, runFileCommand } from '../process/run-command.ts';
import { lowerThreadPriority } from '../process/thread-priority.ts';

const USAGE = `Usage: npm run backup -- FILE [--data-dir FOLDER]

Writes the blog into one file: posts, settings, the owner and the media. The blog may be running.
`;

// A scheduled one: readers are not kept waiting.
if (!isMainThread) lowerThreadPriority();

await runFileCommand({ usage: USAGE }, 'No backup was made', async ({ file, dataDir }) => {
  return withBlogData(dataDir, async (database) => {
    const made = await makeBackup({ database, dataDir, file });
    const what = `${counted(made.posts, 'post', 'posts')} and ${counted(made.media, 'file', 'files')} of media`;
    for (const path of made.missingMedia) process.stderr.write(`Missing or changed on disk: media/${path}\n`);
    process.stdout.write(
      `Backed up ${what} to ${resolve(file)} (${megabytes(made.bytes)}), verified` +
        `${made.missingMedia.length === 0 ? '.' : `, but without ${counted(made.missingMedia.length, 'file', 'files')} missing in the blog itself.`}\n`,
    );
    return made.missingMedia.length === 0 ? 0 : 1;
  });
});
