import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { BlogConfigError, loadBlogConfig } from '../config.ts';
import { closeDatabase, DATABASE_FILE_NAME, openDatabase } from '../db/open-database.ts';
import { OwnerStore } from './owner-store.ts';
import { SetupLinks } from './setup-links.ts';

class BlogMissingError extends Error {}

/* Prints a link that lets the owner in once: for a lost password, or when sign-in is throttled. Works beside a running blog. */
try {
  const { dataDir, host, port, publicUrl } = loadBlogConfig();
  const file = join(dataDir, DATABASE_FILE_NAME);
  if (!existsSync(file))
    throw new BlogMissingError(
      `There is no blog in ${dataDir}: ${file} is missing. Set DATA_DIR, or run npm start first.`,
    );
  const database = openDatabase(file);
  try {
    const link = new SetupLinks(database, new OwnerStore(database), Date.now).createForOwner();
    const origin = publicUrl ?? `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
    process.stdout.write(`${origin}${link.path}\n`);
    const until = new Date(link.expiresAtMillis).toISOString();
    process.stdout.write(
      link.purpose === 'owner'
        ? `Made a link that lets the owner in once, until ${until}. Links from before are void.\n`
        : `Made a link that makes you the owner of this blog, until ${until}. Links from before are void.\n`,
    );
  } finally {
    closeDatabase(database);
  }
} catch (error) {
  if (!(error instanceof Error)) throw error;
  const isForPeople =
    error instanceof BlogMissingError || error instanceof BlogConfigError || 'code' in error;
  process.stderr.write(
    `${isForPeople || error.name.endsWith('DatabaseError') ? error.message : error.stack}\n`,
  );
  process.exitCode = 1;
}
