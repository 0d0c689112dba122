import { rm } from 'node:fs/promises';
import type { Context, Middleware } from 'koa';
import { formFields, type FormFields } from '../http/form-body.ts';
import { MAX_UPLOAD_BYTES, readUpload, uploadOf } from '../http/upload-body.ts';
import { isCrossSite } from './cross-site.ts';
import { sessionOf } from './load-session.ts';
import type { OwnersForms } from './owners-forms.ts';
import type { RefusalReason } from './refused-page.ts';

export const FORM_TOKEN_FIELD = '_csrf';

/** Guards a form of the owner with a file: no byte of the file is stored before session and token are known to be right. */
export function protectUpload(deps: {
  readonly publicUrl: string | undefined;
  readonly owners: Pick<OwnersForms, 'isKnown' | 'accepts'>;
  readonly refuse: (ctx: Context, reason: RefusalReason) => void;
  /** Runs a write, and answers if disk or database fail. */
  readonly write: (ctx: Context, work: () => Promise<unknown>) => Promise<void>;
  readonly uploadFile: () => string;
}): Middleware {
  const { refuse, write } = deps;
  return async (ctx, next) => {
    ctx.set('Cache-Control', 'no-store');
    if (isCrossSite(ctx, deps.publicUrl)) return refuse(ctx, 'cross-site');
    if (sessionOf(ctx) === undefined) return refuse(ctx, deps.owners.isKnown(ctx) ? 'signed-out' : 'unknown');
    const accepts = (fields: FormFields): boolean =>
      deps.owners.accepts(ctx, ctx.get('X-CSRF-Token') || fields[FORM_TOKEN_FIELD] || '');
    // Without parts, only the header can have the token.
    if (!ctx.is('multipart/form-data') && !accepts({})) return refuse(ctx, 'stale');
    return write(ctx, async () => {
      try {
        const result = await readUpload(ctx, {
          accepts,
          maxBytes: MAX_UPLOAD_BYTES,
          target: deps.uploadFile,
        });
        if (result === 'too-large') return refuse(ctx, 'large-file');
        // The file may have arrived slowly, and the session may have ended meanwhile.
        if (result === 'refused' || !accepts(formFields(ctx))) return refuse(ctx, 'stale');
        await next();
      } finally {
        const file = uploadOf(ctx)?.file;
        if (file !== undefined) await rm(file, { force: true });
      }
    });
  };
}
