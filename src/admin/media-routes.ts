import type { Router } from '@koa/router';
import type { Context, Middleware } from 'koa';
import type { Logger } from 'pino';
import type { AdminSender } from '../accounts/admin-sender.ts';
import type { FormProtection } from '../accounts/protect-forms.ts';
import type { WhenUnlocked } from '../db/when-unlocked.ts';
import { queryText } from '../accounts/route-answers.ts';
import { seeOther } from '../http/see-other.ts';
import { formFields } from '../http/form-body.ts';
import { csrfTokenOf } from '../accounts/load-session.ts';
import { escapedPath } from '../media/media-path.ts';
import type { MediaFile, MediaStore } from '../media/media-store.ts';
import type { MediaUses } from '../posts/media-uses.ts';
import { mediaPage, removeMediaPage, type MediaRow } from './media-page.ts';

const PAGE_FILES = 100;

export interface MediaRouteDependencies {
  readonly media: MediaStore;
  readonly mediaUses: MediaUses;
  readonly forms: FormProtection;
  readonly owner: Middleware;
  readonly send: AdminSender;
  readonly whenUnlocked: WhenUnlocked;
  readonly log: Logger;
}

/** Lists and removes files. */
export function addMediaRoutes(
  router: Router,
  { media, mediaUses, forms, owner, send, whenUnlocked, log }: MediaRouteDependencies,
): void {
  router.get('/admin/media', owner, (ctx) => {
    const after = queryText(ctx, 'after');
    const files = media.list({ after, limit: PAGE_FILES + 1 });
    const shown = files.slice(0, PAGE_FILES);
    const body = mediaPage({
      rows: shown.map(rowOf),
      next: files.length > PAGE_FILES ? shown.at(-1)?.path : undefined,
      isFurther: after !== '',
      notice: queryText(ctx, 'done') === 'removed' ? 'The file was removed.' : undefined,
    });
    send(ctx, { title: 'Media', current: 'media', body });
  });

  router.get('/admin/media/remove', owner, (ctx) => {
    const body = removeMediaPage(rowOf(expectFile(ctx, queryText(ctx, 'name'))), csrfTokenOf(ctx)!);
    send(ctx, { title: 'Remove a file', current: 'media', body });
  });

  router.post('/admin/media/remove', forms.owner, async (ctx) => {
    const { path } = expectFile(ctx, formFields(ctx)['name'] ?? '');
    await whenUnlocked(() => media.remove(path));
    log.info({ file: path }, 'the owner removed a file');
    seeOther(ctx, '/admin/media?done=removed');
  });

  function rowOf(file: MediaFile): MediaRow {
    return { file, uses: mediaUses.usesOf(file.path), isPublic: mediaUses.isPublic(file.path) };
  }

  function expectFile(ctx: Context, name: string): MediaFile {
    const file = media.find(escapedPath(name));
    if (file === undefined) ctx.throw(404, 'File not found. The media page lists all files.');
    return file;
  }
}
