import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { DATABASE_FILE_NAME } from '../db/data-files.ts';
import { openBlogData } from '../db/open-blog-data.ts';
import { closeDatabase } from '../db/open-database.ts';
import { BackupError } from './backup-file.ts';
import { makeBackup } from './make-backup.ts';
import { counted, megabytes, runCommand } from '../process/run-command.ts';

const USAGE = `Usage: npm run backup -- FILE [--data-dir FOLDER]

Writes the blog into one file: posts, settings, the owner and the media. The blog may be running.
`;

await runCommand(USAGE, 'No backup was made', async ({ file, dataDir }) => {
  if (!existsSync(join(dataDir, DATABASE_FILE_NAME)))
    throw new BackupError(`There is no blog in ${resolve(dataDir)}. Set DATA_DIR or --data-dir.`);
  const database = openBlogData(dataDir);
  try {
    const made = await makeBackup({ database, dataDir, file });
    const what = `${counted(made.posts, 'post', 'posts')} and ${counted(made.media, 'file', 'files')} of media`;
    for (const path of made.missingMedia) process.stderr.write(`Missing or changed on disk: media/${path}\n`);
    process.stdout.write(
      `Backed up ${what} to ${resolve(file)} (${megabytes(made.bytes)}), verified` +
        `${made.missingMedia.length === 0 ? '.' : `, but without ${counted(made.missingMedia.length, 'file', 'files')} missing in the blog itself.`}\n`,
    );
    return made.missingMedia.length === 0 ? 0 : 1;
  } finally {
    closeDatabase(database);
  }
});
