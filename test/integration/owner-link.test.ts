import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DATABASE_FILE_NAME } from '../../src/db/data-files.ts';
import { closeDatabase, openDatabase } from '../../src/db/open-database.ts';
import { BlogProcess, runToEnd } from './blog-process.ts';
import { Visitor } from './visitor.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';

const PASSWORD = 'amber lantern quietly grows';
const ARGUMENTS = ['--disable-warning=ExperimentalWarning', 'src/accounts/owner-link.ts'];

describe('npm run owner-link beside a running blog', () => {
  const dataDir = temporaryFolder();
  const visitor = new Visitor();
  let blog: BlogProcess;

  beforeAll(async () => {
    blog = await BlogProcess.start(dataDir, { HOST: '0.0.0.0' });
    await blog.ask('/health');
  });
  afterAll(async () => {
    visitor.close();
    await blog.stop();
  });

  const csrfIn = (text: string): string => /name="_csrf" value="([^"]+)"/.exec(text)![1]!;

  /** Where the link leads, and what is printed last. */
  async function link(): Promise<{ path: string; token: string; last: string }> {
    // The port is the running blog's own, which no setting of this command tells.
    const { code, output } = await runToEnd(ARGUMENTS, { DATA_DIR: dataDir });
    expect(code).toBe(0);
    const lines = output.trim().split('\n');
    expect(lines[0]).toMatch(new RegExp(`^${blog.address}/admin/setup\\?token=[\\w-]{43}$`));
    const { pathname, search, searchParams } = new URL(lines[0]!);
    return { path: pathname + search, token: searchParams.get('token')!, last: lines.at(-1)! };
  }

  it('makes the owner of a blog that has none', async () => {
    const { path, token, last } = await link();
    expect(last).toMatch(/^Created a link that makes you the owner of this blog, valid until 20/);
    const page = await visitor.send(blog.address + path);
    const fields = { _csrf: csrfIn(page.text), token, password: PASSWORD, repeated: PASSWORD };
    expect((await visitor.send(`${blog.address}/admin/setup`, { fields })).headers.location).toBe('/admin');
  });

  it('signs the owner in, once, while strangers keep sign-in busy', async () => {
    const stranger = new Visitor();
    const form = await stranger.send(`${blog.address}/admin/sign-in`);
    let status = 0;
    for (let i = 0; status !== 429; i++) {
      const fields = { _csrf: csrfIn(form.text), password: `wrong ${i}` };
      ({ status } = await stranger.send(`${blog.address}/admin/sign-in`, { fields }));
    }
    const { path, token, last } = await link();
    expect(last).toMatch(/^Created a one-time sign-in link, valid until 20/);
    const page = await stranger.send(blog.address + path);
    const fields = { _csrf: csrfIn(page.text), token, password: '', repeated: '' };
    expect((await stranger.send(`${blog.address}/admin/setup`, { fields })).headers.location).toBe('/admin');
    expect((await stranger.send(`${blog.address}/admin`)).status).toBe(200);
    expect((await stranger.send(`${blog.address}/admin/setup`, { fields })).status).toBe(410);
    stranger.close();
  });

  it('takes the address of the settings when the blog does not run', async () => {
    const stopped = temporaryFolder();
    closeDatabase(openDatabase(join(stopped, DATABASE_FILE_NAME)));
    const { output } = await runToEnd(ARGUMENTS, { DATA_DIR: stopped, HOST: '0.0.0.0', PORT: '4321' });
    expect(output).toMatch(/^http:\/\/127\.0\.0\.1:4321\/admin\/setup\?token=/);
  });

  it('exits with 1 and a message if there is no blog', async () => {
    const { code, output } = await runToEnd(ARGUMENTS, { DATA_DIR: `${dataDir}/none` });
    expect([code, output]).toEqual([1, expect.stringContaining('There is no blog in')]);
  });
});
