import { join } from 'node:path';
import { OwnerStore } from '../../src/accounts/owner-store.ts';
import { impossibleHash } from '../../src/accounts/password-hash.ts';
import { SetupLinks } from '../../src/accounts/setup-links.ts';
import { DATABASE_FILE_NAME } from '../../src/db/data-files.ts';
import { closeDatabase, openDatabase } from '../../src/db/open-database.ts';
import type { BlogProcess } from './blog-process.ts';
import { Visitor } from './visitor.ts';

/**
 * Becomes the owner of a fresh blog by a sign-in link, as `npm run owner-link` makes it beside a running blog, and stays signed in on an
 * open connection. The owner has no password.
 */
export async function becomeOwner(blog: BlogProcess): Promise<Visitor> {
  const owner = new Visitor();
  const { path } = signInLink(blog);
  const { text } = await owner.send(`${blog.address}${path}`);
  const csrf = /name="_csrf" value="([^"]+)"/.exec(text)![1]!;
  const token = new URL(path, blog.address).searchParams.get('token')!;
  const fields = { _csrf: csrf, token, password: '', repeated: '' };
  const { status } = await owner.send(`${blog.address}/admin/setup`, { fields });
  if (status !== 303) throw new Error(`the sign-in link answered ${status}`);
  return owner;
}

function signInLink({ dataDir }: BlogProcess): { readonly path: string } {
  const database = openDatabase(join(dataDir, DATABASE_FILE_NAME));
  try {
    const owners = new OwnerStore(database);
    owners.create(impossibleHash(), Date.now());
    return new SetupLinks(database, owners, Date.now).createForOwner();
  } finally {
    closeDatabase(database);
  }
}
