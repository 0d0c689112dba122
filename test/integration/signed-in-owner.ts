import type { BlogProcess } from './blog-process.ts';
import { Visitor } from './visitor.ts';

const PASSWORD = 'a long password for the tests 1';

/** Becomes the owner of a fresh blog through its set-up link, and stays signed in on an open connection. */
export async function becomeOwner(blog: BlogProcess): Promise<Visitor> {
  const owner = new Visitor();
  // The link is printed after the address.
  await owner.send(`${blog.address}/health`);
  const token = /\/admin\/setup\?token=([\w-]+)/.exec(blog.output)![1]!;
  const { text } = await owner.send(`${blog.address}/admin/setup?token=${token}`);
  const csrf = /name="_csrf" value="([^"]+)"/.exec(text)![1]!;
  const fields = { _csrf: csrf, token, password: PASSWORD, repeated: PASSWORD };
  const { status } = await owner.send(`${blog.address}/admin/setup`, { fields });
  if (status !== 303) throw new Error(`set-up answered ${status}`);
  return owner;
}
