import { bodyParser } from '@koa/bodyparser';
import type { Context, Middleware } from 'koa';

export const MAX_FORM_BYTES = 5 * 1024 * 1024;

/** The form's text fields by name. What was sent twice or nested is left out: no form of ours does that. */
export type FormFields = Readonly<Record<string, string>>;

/** Reads a form into `ctx.request.body`. Answers 413 over the limit, 415 for anything but a form, 400 for a broken one. */
export function formBody(maxBytes: number): Middleware {
  const parse = bodyParser({
    enableTypes: ['form'],
    formLimit: maxBytes,
    onError(error, ctx) {
      const { status } = error as { status?: unknown };
      if (status === 413)
        ctx.throw(
          413,
          `The form is larger than ${limitText(maxBytes)}, so nothing was saved. Go back, and make the text shorter or divide it.`,
        );
      if (status === 415) ctx.throw(415, 'The form came in an encoding that is not understood; send UTF-8.');
      ctx.throw(400, 'The form did not arrive whole. Go back and send it again.');
    },
  });
  return async (ctx, next) => {
    const hasBody = ctx.get('Content-Length') !== '0' && ctx.is() !== null;
    if (hasBody && !ctx.is('application/x-www-form-urlencoded'))
      ctx.throw(415, 'Send the fields as application/x-www-form-urlencoded, as a form does.');
    await parse(ctx as never, next);
  };
}

export function formFields(ctx: Context): FormFields {
  const body = (ctx.request as { body?: unknown }).body;
  const fields: Record<string, string> = Object.create(null) as Record<string, string>;
  if (typeof body !== 'object' || body === null) return fields;
  for (const [name, value] of Object.entries(body)) {
    if (typeof value === 'string') fields[name] = value.replaceAll('\r\n', '\n');
  }
  return fields;
}

function limitText(bytes: number): string {
  return bytes >= 1024 * 1024 ? `${Math.round(bytes / (1024 * 1024))} MB` : `${Math.round(bytes / 1024)} kB`;
}
