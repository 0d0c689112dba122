import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { loadBlogConfig } from '../process/config.ts';
import { DATABASE_FILE_NAME } from '../db/data-files.ts';
import { openBlogData } from '../db/open-blog-data.ts';
import { closeDatabase } from '../db/open-database.ts';
import { servedAddress } from '../db/server-lock.ts';
import { localOrigin } from '../http/local-origin.ts';
import { CommandError, runCommand } from '../process/run-command.ts';
import { OwnerStore } from './owner-store.ts';
import { SetupLinks } from './setup-links.ts';

const USAGE = `Usage: npm run owner-link [-- --data-dir FOLDER]

Prints a one-time sign-in link for the owner: for a lost password, or when sign-in is throttled. Earlier links are void.
The blog may be running.

  --data-dir FOLDER  the blog's data; default: DATA_DIR
`;

await runCommand({ usage: USAGE, values: ['data-dir'] }, 'No link was made', (given) => {
  const config = loadBlogConfig();
  const { host, port, publicUrl } = config;
  const dataDir = given.dataDir ?? config.dataDir;
  const file = join(dataDir, DATABASE_FILE_NAME);
  if (!existsSync(file))
    throw new CommandError(
      `There is no blog in ${dataDir}: ${file} is missing. Set DATA_DIR or --data-dir, or run npm start first.`,
    );
  const database = openBlogData(dataDir);
  try {
    const link = new SetupLinks(database, new OwnerStore(database), Date.now).createForOwner();
    const served = servedAddress(dataDir);
    const origin = publicUrl ?? served ?? localOrigin(host, port === 0 ? 'PORT' : port);
    process.stdout.write(`${origin}${link.path}\n`);
    if (publicUrl === undefined && served === undefined && port === 0)
      process.stdout.write(
        'PORT is 0: replace PORT in the link by the port that the blog printed at its start.\n',
      );
    const until = new Date(link.expiresAtMillis).toISOString();
    process.stdout.write(
      link.purpose === 'owner'
        ? `Created a one-time sign-in link, valid until ${until}. Earlier links are void.\n`
        : `Created a link that makes you the owner of this blog, valid until ${until}. Earlier links are void.\n`,
    );
    return 0;
  } finally {
    closeDatabase(database);
  }
});
