import { ReadStream } from 'node:fs';
import { join, relative, resolve, sep } from 'node:path';
import type { Router } from '@koa/router';
import type { Context } from 'koa';
import type { BlogConfig } from '../process/config.ts';
import type { BusinessMetrics } from '../process/business-metrics.ts';
import { accentCss } from './accent.ts';
import { IMMUTABLE, type Assets } from './assets.ts';
import { MEDIA_FOLDER_NAME } from '../db/data-files.ts';
import { type MediaStore } from '../media/media-store.ts';
import { sendFresh } from '../http/fresh-response.ts';
import { createFolderServer } from '../http/serve-folder.ts';
import { createRouter } from '../http/router.ts';

/** A name may get new bytes, so clients revalidate after an hour. */
const MEDIA_CACHE = 'public, max-age=3600';
const HIDDEN_CACHE = 'private, no-store';
/** An uploaded SVG or document that is opened directly must not run scripts or load anything. */
const MEDIA_POLICY =
  "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; media-src 'self'";

/** Serves `/assets/*`, the favicon's old address, and `/media/*`: files under DATA_DIR that the MediaStore lists. */
export function createMediaRoutes(deps: {
  readonly config: Pick<BlogConfig, 'dataDir'>;
  readonly assets: Assets;
  readonly media: Pick<MediaStore, 'find'>;
  /** Returns true if readers may open this file. */
  readonly isPublic: (name: string) => boolean;
  /** Returns true if this client may open a file that readers may not: the owner, or who has a link to the draft that shows it. */
  readonly mayOpen: (ctx: Context, name: string) => boolean;
  readonly metrics: Pick<BusinessMetrics, 'mediaServed'>;
}): Router {
  const router = createRouter();
  const folder = resolve(join(deps.config.dataDir, MEDIA_FOLDER_NAME));
  const serveFile = createFolderServer(folder);

  router.get('/assets/*', '/assets/*name', async (ctx) => {
    const name = ctx.path.slice('/assets/'.length);
    const accent = accentCss(name);
    if (accent === undefined) return deps.assets.serve(ctx, name);
    sendFresh(ctx, {
      body: accent,
      type: 'text/css; charset=utf-8',
      lastModifiedMillis: 0,
      cacheControl: IMMUTABLE,
    });
  });

  // For clients that never read a page's head.
  router.get('/favicon.ico', (ctx) => {
    ctx.set('Cache-Control', 'public, max-age=86400');
    ctx.redirect(deps.assets.url('favicon.svg'));
  });

  router.get('/media/*', '/media/*name', async (ctx) => {
    const media = deps.media.find(ctx.path);
    const isPublic = media !== undefined && deps.isPublic(media.path);
    if (media === undefined || (!isPublic && !deps.mayOpen(ctx, media.path)))
      return ctx.throw(404, 'File not found.');
    ctx.type = media.contentType;
    ctx.set('ETag', `"${media.sha256}"`);
    ctx.set('Content-Security-Policy', MEDIA_POLICY);
    ctx.set('Cross-Origin-Resource-Policy', 'cross-origin');
    const address = relative(folder, media.file).split(sep).map(encodeURIComponent).join('/');
    await serveFile(ctx, address, isPublic ? MEDIA_CACHE : HIDDEN_CACHE);
    const { body } = ctx;
    if (body instanceof ReadStream) body.once('close', () => deps.metrics.mediaServed(body.bytesRead));
  });

  return router;
}
