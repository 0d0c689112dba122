import type { Stats } from 'node:fs';
import type { ServerResponse } from 'node:http';
import type { Context } from 'koa';
import serveStatic from 'koa-static';
import { completeFileResponse, fileEtag } from './file-response.ts';

/** Answers with the file `relativePath` (URL-encoded) of a folder, or 404. */
export type FolderServer = (ctx: Context, relativePath: string, cacheControl: string) => Promise<void>;

/**
 * Files of a folder through koa-static: streamed, never read whole; with ETag (unless one is set), Last-Modified, 304, Range
 * and HEAD.
 * Hidden files, folders and paths that leave the folder are missing.
 */
export function createFolderServer(folder: string): FolderServer {
  const serve = serveStatic(folder, {
    index: false,
    hidden: false,
    brotli: false,
    gzip: false,
    setHeaders(res: ServerResponse, _path: string, stats: Stats) {
      if (!res.hasHeader('ETag')) res.setHeader('ETag', fileEtag(stats));
    },
  });

  return async (ctx, relativePath, cacheControl) => {
    let found = true;
    // koa-static serves `ctx.path`, so that is set to the file's path during the call, as koa-mount does.
    const asked = ctx.path;
    ctx.path = `/${relativePath}`;
    try {
      await serve(ctx, () => {
        found = false;
        return Promise.resolve();
      });
    } catch (error) {
      if (!isOutside(error)) throw error;
      found = false;
    } finally {
      ctx.path = asked;
    }
    if (!found) ctx.throw(404, 'File not found.');
    ctx.set('Cache-Control', cacheControl);
    await completeFileResponse(ctx);
  };
}

// resolve-path answers 400 or 403 for paths that climb, are absolute or hold NUL; all of them become 404.
function isOutside(error: unknown): boolean {
  const status = (error as { status?: unknown }).status;
  return status === 400 || status === 403;
}
