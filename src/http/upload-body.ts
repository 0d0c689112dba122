import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { Busboy, type BusboyFileStream, type BusboyInstance } from '@fastify/busboy';
import type { Context } from 'koa';
import type { FormFields } from './form-body.ts';

/** Of an uploaded file: a photograph of a phone, or a long screenshot. */
export const MAX_UPLOAD_BYTES = 32_000_000;
/** Room for boundaries, headers and fields around the file. */
const MAX_OTHER_BYTES = 20_000;

/** A file of a form, on disk. */
export interface Upload {
  readonly file: string;
  /** As the client has it; empty if it has none. */
  readonly name: string;
  readonly bytes: number;
}

export interface UploadOptions {
  /** Of the file. */
  readonly maxBytes: number;
  /** Asked once the fields before the file are read: returns false if the file must not be read. */
  readonly accepts: (fields: FormFields) => boolean;
  /** Where to write the file. It must not exist; the caller removes it. */
  readonly target: () => string;
}

export type UploadResult = 'refused' | 'too-large' | { readonly upload: Upload | undefined };

const uploads = new WeakMap<Context, Upload>();

/** The file that a form had, while its request is answered. */
export function uploadOf(ctx: Context): Upload | undefined {
  return uploads.get(ctx);
}

/**
 * Reads a form with one file (`multipart/form-data`), which is streamed to disk; fields before it are in `ctx.request.body`. Throws 415 for
 * anything else, 400 for a form that is broken or ends early, or the error of a disk that takes nothing.
 */
export async function readUpload(ctx: Context, options: UploadOptions): Promise<UploadResult> {
  if (!ctx.is('multipart/form-data')) ctx.throw(415, 'Send the file as multipart/form-data.');
  if ((ctx.request.length ?? 0) > options.maxBytes + MAX_OTHER_BYTES) return 'too-large';
  const reading = new UploadReading(ctx, options);
  try {
    return await reading.result();
  } finally {
    if (reading.upload !== undefined) uploads.set(ctx, reading.upload);
  }
}

class UploadReading {
  upload: Upload | undefined;
  readonly #ctx: Context;
  readonly #options: UploadOptions;
  readonly #fields: Record<string, string> = Object.create(null) as Record<string, string>;
  #file: BusboyFileStream | undefined;
  #isRefused = false;
  #isOver = false;

  constructor(ctx: Context, options: UploadOptions) {
    this.#ctx = ctx;
    this.#options = options;
  }

  async result(): Promise<UploadResult> {
    const { req } = this.#ctx;
    let written: Promise<void> | undefined;
    let failedWrite: unknown;
    let parser: BusboyInstance;
    try {
      parser = new Busboy({
        headers: { ...req.headers, 'content-type': this.#ctx.get('Content-Type') },
        limits: { fileSize: this.#options.maxBytes, files: 1, fields: 10, fieldSize: 2000, parts: 12 },
      });
    } catch {
      return this.#broken();
    }
    parser.on('field', (name, value) => void (this.#fields[name] = value));
    const ended = new Promise<void>((resolve, reject) => {
      parser.on('file', (_, stream, name) => {
        if (this.#isOver) return void stream.resume();
        written ??= this.#take(stream, name);
        written.catch((error: unknown) => {
          if (isSystemError(error)) failedWrite = error;
          reject(error);
        });
      });
      parser.once('finish', resolve);
      parser.once('error', reject);
      req.once('close', () => void (req.complete || reject(new Error('the request ended early'))));
    });
    req.pipe(parser);
    try {
      await ended;
      await written;
    } catch {
      this.#isOver = true;
      this.#file?.destroy();
      await written?.catch(() => {});
      if (failedWrite !== undefined) throw failedWrite;
      return this.#broken();
    } finally {
      req.unpipe(parser);
      // What is left unread would block the connection.
      req.resume();
    }
    (this.#ctx.request as { body?: unknown }).body = this.#fields;
    if (this.#isRefused) return 'refused';
    return this.#file?.truncated === true ? 'too-large' : { upload: this.upload };
  }

  async #take(stream: BusboyFileStream, name: string): Promise<void> {
    this.#file = stream;
    this.#isRefused = !this.#options.accepts(this.#fields);
    if (this.#isRefused) return void stream.resume();
    const file = this.#options.target();
    this.upload = { file, name, bytes: 0 };
    const target = createWriteStream(file, { flags: 'wx' });
    await pipeline(stream, target);
    this.upload = { file, name, bytes: target.bytesWritten };
  }

  #broken(): never {
    return this.#ctx.throw(400, 'The form did not arrive completely. Go back and send it again.');
  }
}

/** `ENOSPC` and the like; streams that end early have codes with underscores. */
function isSystemError(error: unknown): boolean {
  return error instanceof Error && 'code' in error && /^E[A-Z]+$/.test(String(error.code));
}
