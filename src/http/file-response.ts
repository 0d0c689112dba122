import { once } from 'node:events';
import { createReadStream, type ReadStream } from 'node:fs';
import type { Context } from 'koa';
import { parseByteRange, rangeIsCurrent } from './byte-range.ts';
import { responseHeader } from './response-header.ts';

/** The ETag of a file on disk, from its size and modification time in milliseconds. */
export function fileEtag(stats: { readonly size: number; readonly mtimeMs: number }): string {
  return `"${stats.size.toString(36)}-${Math.floor(stats.mtimeMs).toString(36)}"`;
}

/**
 * Completes the response of koa-static: conditional requests, ranges, and opening the file before the headers are sent, so that an
 * unreadable file is an error and not a truncated response. Expects ETag, Last-Modified and length to be set and the body to be
 * a file stream.
 */
export async function completeFileResponse(ctx: Context): Promise<void> {
  const whole = ctx.body as ReadStream;
  const sizeBytes = Number(responseHeader(ctx, 'Content-Length'));
  ctx.set('Accept-Ranges', 'bytes');
  ctx.status = 200;
  if (ctx.fresh) {
    ctx.status = 304;
    discard(whole);
    ctx.body = null;
    return;
  }
  if (ctx.method === 'HEAD') {
    discard(whole);
    return;
  }
  const range = requestedRange(ctx, sizeBytes);
  if (range === 'whole') {
    await opened(whole);
    return;
  }
  discard(whole);
  if (range === 'unsatisfiable') {
    ctx.throw(416, 'The requested range is outside the file.', {
      headers: { 'Content-Range': `bytes */${sizeBytes}` },
    });
  }
  const part = createReadStream(whole.path, { start: range.start, end: range.end });
  await opened(part);
  ctx.body = part;
  ctx.status = 206;
  ctx.set('Content-Range', `bytes ${range.start}-${range.end}/${sizeBytes}`);
  ctx.length = range.end - range.start + 1;
}

function requestedRange(ctx: Context, sizeBytes: number): ReturnType<typeof parseByteRange> {
  const header = ctx.get('Range');
  if (header === '') return 'whole';
  const current = rangeIsCurrent(
    ctx.get('If-Range'),
    responseHeader(ctx, 'ETag'),
    responseHeader(ctx, 'Last-Modified'),
  );
  return current ? parseByteRange(header, sizeBytes) : 'whole';
}

// The file may still fail to open; without a listener that error would end the process.
function discard(stream: ReadStream): void {
  stream.on('error', () => {});
  stream.destroy();
}

async function opened(stream: ReadStream): Promise<void> {
  if (stream.pending) await once(stream, 'open');
}
