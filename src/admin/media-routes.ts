import type { Router } from '@koa/router';
import type { Context, Middleware } from 'koa';
import type { Logger } from 'pino';
import type { AdminSender } from '../accounts/admin-sender.ts';
import type { FormProtection } from '../accounts/protect-forms.ts';
import type { WhenUnlocked } from '../db/when-unlocked.ts';
import { noticeIn, queryText } from '../accounts/route-answers.ts';
import { seeOther } from '../http/see-other.ts';
import { formFields } from '../http/form-body.ts';
import { uploadOf } from '../http/upload-body.ts';
import { csrfTokenOf } from '../accounts/load-session.ts';
import { escapedPath } from '../media/media-path.ts';
import type { MediaFile, MediaStore } from '../media/media-store.ts';
import { PictureError } from '../media/picture-error.ts';
import type { Pictures } from '../media/pictures.ts';
import type { MediaUse, MediaUses } from '../posts/media-uses.ts';
import { slugOf } from '../posts/post-path.ts';
import { MAX_ALT_CHARACTERS, mediaFilePage, removeMediaPage } from './media-file-page.ts';
import { mediaMarkdown } from './media-markdown.ts';
import { mediaPage, mediaShow } from './media-page.ts';
import { isPicture, thumbnailAddress, type MediaRow } from './media-parts.ts';

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
  /** Renders the posts again that show a changed picture, after the answer. */
  readonly renderStale: () => void;
}

const NOTICES: Readonly<Record<string, string>> = {
  removed: 'The file was removed.',
  uploaded: 'The picture was uploaded. Give it an alternative text.',
  known: 'The blog has this picture already; nothing was changed.',
  saved: 'Saved.',
};
const SCRIPTS = ['admin/media.js'];

/** Lists, takes, describes and removes files. */
export function addMediaRoutes(router: Router, deps: MediaRouteDependencies): void {
  const { media, pictures, mediaUses, forms, owner, send, whenUnlocked, log } = deps;
  const rows = new MediaRows(deps);
  router.get('/admin/media', owner, (ctx) =>
    wantsJson(ctx) ? listPictures(ctx, deps, rows) : showList(ctx, deps, rows),
  );

  // The editor's script asks for JSON.
  router.post('/admin/media', forms.ownerUpload, async (ctx) => {
    const upload = uploadOf(ctx);
    try {
      if (upload === undefined || upload.bytes === 0)
        throw new PictureError('empty', 'Choose a picture first: the form had none.');
      const slug = slugOf(upload.name.replace(/\.[^.]*$/, ''));
      const { media: file, isNew } = await pictures.add(upload.file, slug);
      if (isNew) log.info({ file: file.path, bytes: file.bytes }, 'the owner uploaded a picture');
      if (wantsJson(ctx)) ctx.body = { url: file.url, markdown: rows.of(file).markdown };
      else seeOther(ctx, fileAddress(file, isNew ? 'uploaded' : 'known'));
    } catch (error) {
      if (!(error instanceof PictureError)) throw error;
      const { status, message } = error;
      log.info({ err: error, bytes: upload?.bytes }, 'a picture was refused');
      if (!wantsJson(ctx)) return showList(ctx, deps, rows, { status, problem: message });
      ctx.status = status;
      ctx.body = { error: { status, message } };
    }
  });

  router.get('/admin/media/file', owner, (ctx) => {
    const file = expectFile(ctx, queryText(ctx, 'name'));
    const row = rows.of(file);
    const body = mediaFilePage({
      row,
      alt: altOf(file, row.uses),
      isRemovable: !mediaUses.isUsed(file.path),
      notice: noticeIn(ctx, NOTICES),
      csrfToken: csrfTokenOf(ctx)!,
    });
    send(ctx, { title: file.path, current: 'media', scripts: SCRIPTS, body });
  });

  router.post('/admin/media/alt', forms.owner, async (ctx) => {
    const { name = '', alt = '' } = formFields(ctx);
    const file = expectFile(ctx, name);
    const text = alt.replace(/\s+/g, ' ').trim().slice(0, MAX_ALT_CHARACTERS);
    if (text !== (file.alt ?? '')) {
      await whenUnlocked(() => mediaUses.change(file.path, () => media.describe(file.path, text)));
      deps.renderStale();
    }
    seeOther(ctx, fileAddress(file, 'saved'));
  });

  router.get('/admin/media/remove', owner, (ctx) => {
    askToRemove(ctx, expectFile(ctx, queryText(ctx, 'name')));
  });

  router.post('/admin/media/remove', forms.owner, async (ctx) => {
    const file = expectFile(ctx, formFields(ctx)['name'] ?? '');
    const isRemoved = await whenUnlocked(() => !mediaUses.isUsed(file.path) && media.remove(file.path));
    if (!isRemoved) return askToRemove(ctx, file, 409);
    log.info({ file: file.path }, 'the owner removed a file');
    seeOther(ctx, '/admin/media?done=removed');
  });

  function askToRemove(ctx: Context, file: MediaFile, status = 200): void {
    const body = removeMediaPage(rows.of(file), !mediaUses.isUsed(file.path), csrfTokenOf(ctx)!);
    send(ctx, { title: 'Remove a file', current: 'media', status, body });
  }

  function expectFile(ctx: Context, name: string): MediaFile {
    const file = media.find(escapedPath(name));
    if (file === undefined) ctx.throw(404, 'File not found. The media page lists all files.');
    return file;
  }
}

/** What the pages say about files. The number of statements does not depend on that of the files. */
class MediaRows {
  readonly #deps: Pick<MediaRouteDependencies, 'media' | 'mediaUses'>;

  constructor(deps: Pick<MediaRouteDependencies, 'media' | 'mediaUses'>) {
    this.#deps = deps;
  }

  of(file: MediaFile): MediaRow {
    return this.all([file])[0]!;
  }

  all(files: readonly MediaFile[]): readonly MediaRow[] {
    const { media, mediaUses } = this.#deps;
    const names = files.map(({ path }) => path);
    const allUses = mediaUses.usesOf(names);
    const isPublic = mediaUses.publicAmong(names);
    const variants = media.variantsOf(files);
    return files.map((file) => {
      const uses = allUses.get(file.path) ?? [];
      const alt = altOf(file, uses);
      const lacksInPost = uses.some((use) => use.alt === '' && use.deletedAtMillis === null);
      return {
        file,
        uses,
        variants: variants.get(file.sha256) ?? [],
        isPublic: isPublic.has(file.path),
        markdown: mediaMarkdown({ ...file, alt, isPicture: isPicture(file) }),
        hasAlt: !isPicture(file) || (!lacksInPost && alt !== ''),
      };
    });
  }
}

/** The alternative text of a picture, else one that a post gave it; empty if there is none. */
function altOf(file: MediaFile, uses: readonly MediaUse[]): string {
  const given = uses.findLast(
    ({ alt, deletedAtMillis }) => alt !== null && alt !== '' && deletedAtMillis === null,
  );
  return file.alt ?? given?.alt ?? '';
}

function showList(
  ctx: Context,
  { media, mediaUses, send }: MediaRouteDependencies,
  rows: MediaRows,
  failed?: { readonly status: number; readonly problem: string },
): void {
  const { listing } = mediaUses;
  const from = queryText(ctx, 'from');
  const show = mediaShow(queryText(ctx, 'show'));
  const { names, next } = listing.page(show, PAGE_FILES, from);
  const body = mediaPage({
    rows: rows.all(media.findAll(names)),
    show,
    counts: {
      all: listing.count('all'),
      'without-alt': listing.count('without-alt'),
      unused: listing.count('unused'),
    },
    next,
    isFurther: from !== '',
    notice: noticeIn(ctx, NOTICES),
    problem: failed?.problem,
    csrfToken: csrfTokenOf(ctx)!,
  });
  send(ctx, { title: 'Media', current: 'media', status: failed?.status ?? 200, scripts: SCRIPTS, body });
}

/** For the dialog that chooses a picture. */
function listPictures(ctx: Context, { media, mediaUses }: MediaRouteDependencies, rows: MediaRows): void {
  const { names, next } = mediaUses.listing.page('all', PAGE_FILES, queryText(ctx, 'from'));
  const pictures = rows.all(media.findAll(names).filter(isPicture)).map((row) => ({
    name: row.file.path.slice(row.file.path.lastIndexOf('/') + 1),
    url: row.file.url,
    thumbnail: thumbnailAddress(row),
    markdown: row.markdown,
  }));
  ctx.body = { pictures, next };
}

function fileAddress({ path }: MediaFile, done: string): string {
  return `/admin/media/file?name=${encodeURIComponent(path)}&done=${done}`;
}

function wantsJson(ctx: Context): boolean {
  return ctx.accepts('html', 'json') === 'json';
}
