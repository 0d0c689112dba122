import type { Router } from '@koa/router';
import type { Context, Middleware } from 'koa';
import type { Logger } from 'pino';
import type { AdminSender } from '../accounts/admin-sender.ts';
import type { FormProtection } from '../accounts/protect-forms.ts';
import type { WhenUnlocked } from '../db/when-unlocked.ts';
import { queryText } from '../accounts/route-answers.ts';
import { seeOther } from '../http/see-other.ts';
import { formFields } from '../http/form-body.ts';
import { uploadOf } from '../http/upload-body.ts';
import { csrfTokenOf } from '../accounts/load-session.ts';
import { escapedPath } from '../media/media-path.ts';
import type { MediaFile, MediaStore } from '../media/media-store.ts';
import { PictureError } from '../media/picture-error.ts';
import type { Pictures } from '../media/pictures.ts';
import type { MediaUses } from '../posts/media-uses.ts';
import { slugOf } from '../posts/post-path.ts';
import { mediaPage, removeMediaPage, type MediaRow } from './media-page.ts';
import { pictureMarkdown } from './picture-markdown.ts';

const PAGE_FILES = 100;

export interface MediaRouteDependencies {
  readonly media: MediaStore;
  readonly pictures: Pictures;
  readonly mediaUses: MediaUses;
  readonly forms: FormProtection;
  readonly owner: Middleware;
  readonly send: AdminSender;
  readonly whenUnlocked: WhenUnlocked;
  readonly log: Logger;
}

const NOTICES: Readonly<Record<string, string>> = {
  removed: 'The file was removed.',
  uploaded: 'The picture was uploaded.',
  known: 'The blog has this picture already; nothing was changed.',
};

/** Lists, takes and removes files. */
export function addMediaRoutes(
  router: Router,
  { media, pictures, mediaUses, forms, owner, send, whenUnlocked, log }: MediaRouteDependencies,
): void {
  router.get('/admin/media', owner, (ctx) => showList(ctx));

  // The editor's script asks for JSON.
  router.post('/admin/media', forms.ownerUpload, async (ctx) => {
    const upload = uploadOf(ctx);
    try {
      if (upload === undefined || upload.bytes === 0)
        throw new PictureError('empty', 'Choose a picture first: the form had none.');
      const slug = slugOf(upload.name.replace(/\.[^.]*$/, ''));
      const { media: file, isNew } = await pictures.add(upload.file, slug);
      if (isNew) log.info({ file: file.path, bytes: file.bytes }, 'the owner uploaded a picture');
      if (wantsJson(ctx)) ctx.body = { url: file.url, markdown: pictureMarkdown(file) };
      else seeOther(ctx, `/admin/media?done=${isNew ? 'uploaded' : 'known'}`);
    } catch (error) {
      if (!(error instanceof PictureError)) throw error;
      const { status, message } = error;
      log.info({ err: error, bytes: upload?.bytes }, 'a picture was refused');
      if (!wantsJson(ctx)) return showList(ctx, { status, problem: message });
      ctx.status = status;
      ctx.body = { error: { status, message } };
    }
  });

  function showList(ctx: Context, failed?: { readonly status: number; readonly problem: string }): void {
    const after = queryText(ctx, 'after');
    const files = media.list({ after, limit: PAGE_FILES + 1 });
    const shown = files.slice(0, PAGE_FILES);
    const body = mediaPage({
      rows: shown.map(rowOf),
      next: files.length > PAGE_FILES ? shown.at(-1)?.path : undefined,
      isFurther: after !== '',
      notice: NOTICES[queryText(ctx, 'done')],
      problem: failed?.problem,
      csrfToken: csrfTokenOf(ctx)!,
    });
    send(ctx, { title: 'Media', current: 'media', status: failed?.status ?? 200, body });
  }

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

function wantsJson(ctx: Context): boolean {
  return ctx.accepts('html', 'json') === 'json';
}
