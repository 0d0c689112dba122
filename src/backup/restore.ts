import { resolve } from 'node:path';
import { restoreBackup } from './restore-backup.ts';
import { counted, runFileCommand } from '../process/run-command.ts';

const USAGE = `Usage: npm run restore -- FILE [--data-dir FOLDER] [--replace]

Replaces the blog in DATA_DIR by a backup. The blog must not be running.

  --replace  over a blog that is there; its data are set aside in DATA_DIR
`;

await runFileCommand(
  { usage: USAGE, switches: ['replace'] },
  'Nothing was restored',
  ({ file, dataDir, has }) => {
    const restored = restoreBackup({ file, dataDir, replace: has('replace') });
    const what = `${counted(restored.posts, 'post', 'posts')} and ${counted(restored.media, 'file', 'files')} of media`;
    const former = restored.formerFolder;
    process.stdout.write(
      `Restored ${what} into ${resolve(dataDir)}, as they were on ${new Date(restored.madeAtMillis).toISOString()}` +
        `${former === undefined ? '.' : `; the previous data is in ${former}.`}\n` +
        'Sign in with the password: sessions and recovery codes are in no backup.\n',
    );
    return 0;
  },
);
