import { resolve } from 'node:path';
import { withBlogData } from '../../db/open-blog-data.ts';
import { SettingStore } from '../../db/setting-store.ts';
import { StoredSiteSettings } from '../../db/site-settings.ts';
import { copyBlog } from './copy-blog.ts';
import { deadLinkText, earlyLinkText } from './dead-link-text.ts';
import { loadBlogConfig } from '../../process/config.ts';
import { CommandError, counted, runFileCommand } from '../../process/run-command.ts';

const USAGE = `Usage: PUBLIC_URL=https://blog.example npm run static -- DIR [--data-dir FOLDER]

Writes all that readers can open into a new or empty folder, as files for any web server: posts, lists, feeds, the
sitemap, media, styles and a 404.html. PUBLIC_URL is the address at which the files will be. The blog may be running.
Pages of lists have addresses such as /page/2; redirects are pages that lead on; there is no search. Exits with 1 if
an address was left out; links that are dead in the blog itself, or lead to scheduled posts, are listed.
`;
const MAX_LINES = 20;

await runFileCommand(
  { usage: USAGE, takes: 'folder' },
  'No copy was made',
  async ({ file: directory, dataDir }) => {
    const { publicUrl } = loadBlogConfig();
    if (publicUrl === undefined)
      throw new CommandError(
        'Set PUBLIC_URL to the address at which the copy will be: feeds and pages name it.',
      );
    return withBlogData(dataDir, async (database) => {
      const made = await copyBlog({ database, dataDir, directory, publicUrl, now: Date.now });
      const { timeZone } = new StoredSiteSettings(new SettingStore(database)).values;
      const lines = [
        ...made.left.map((address) => `Left out, as another address needs its file: ${address}`),
        ...made.deadLinks.map(deadLinkText),
        ...made.earlyLinks.map((link) => earlyLinkText(link, timeZone)),
      ];
      const early =
        made.earlyLinks.length === 0
          ? ''
          : `, ${counted(made.earlyLinks.length, 'link', 'links')} to scheduled posts`;
      for (const line of lines.slice(0, MAX_LINES)) process.stderr.write(`${line}\n`);
      if (lines.length > MAX_LINES) process.stderr.write(`… and ${lines.length - MAX_LINES} more\n`);
      process.stdout.write(
        `Copied ${counted(made.pages, 'page', 'pages')}, ${counted(made.files, 'file', 'files')} and ` +
          `${counted(made.redirects, 'redirect', 'redirects')} to ${resolve(directory)}; ` +
          `${counted(made.deadLinks.length, 'dead link', 'dead links')}${early}.\n`,
      );
      return made.left.length === 0 ? 0 : 1;
    });
  },
);
