import { resolve } from 'node:path';
import { withBlogData } from '../../db/open-blog-data.ts';
import { exportBlog } from './export-blog.ts';
import { loadBlogConfig } from '../../process/config.ts';
import { counted, runFileCommand } from '../../process/run-command.ts';

const USAGE = `Usage: npm run export -- DIR [--data-dir FOLDER]

Writes the blog into a new or empty folder: every post as Markdown with front matter, drafts and deleted ones included,
the media, the settings and the redirects. The blog may be running. npm run import reads it back.
The owner, sessions, secret links and texts that were never saved are not in it; npm run backup keeps the owner.
`;

await runFileCommand(
  { usage: USAGE, takes: 'folder' },
  'Nothing was exported',
  async ({ file: directory, dataDir }) => {
    return withBlogData(dataDir, async (database) => {
      const { publicUrl } = loadBlogConfig();
      const made = await exportBlog({ database, dataDir, directory, publicUrl });
      for (const path of made.missingMedia)
        process.stderr.write(`Missing or changed on disk: media/${path}\n`);
      if (made.newFeedIds > 0)
        process.stderr.write(
          `${counted(made.newFeedIds, 'post', 'posts')} from before feed ids were stored: set PUBLIC_URL, or feed readers show them again.\n`,
        );
      if (made.unsavedTexts > 0)
        process.stderr.write(
          `${counted(made.unsavedTexts, 'text', 'texts')} in the editor, never saved: not exported.\n`,
        );
      process.stdout.write(
        `Exported ${counted(made.posts, 'post', 'posts')} (${counted(made.drafts, 'draft', 'drafts')}, ${made.deleted} deleted), ` +
          `${counted(made.media, 'file', 'files')} of media and ${counted(made.redirects, 'redirect', 'redirects')} to ${resolve(directory)}` +
          `${made.missingMedia.length === 0 ? '.' : `, but without ${counted(made.missingMedia.length, 'file', 'files')} missing in the blog itself.`}\n`,
      );
      return made.missingMedia.length === 0 ? 0 : 1;
    });
  },
);
