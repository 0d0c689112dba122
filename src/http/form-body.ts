import type { Context } from 'koa';
import { getRawBody } from 'raw-body';

/** A post of a million characters of any script, each of them escaped. */
export const MAX_FORM_BYTES = 10_000_000;
/** More than any form of ours has. */
const MAX_FIELDS = 200;

/** The form's text fields by name. What was sent twice is left out: no form of ours does that. */
export type FormFields = Readonly<Record<string, string>>;

/** What a form holds, for the words of a refusal. */
export interface FormLimit {
  readonly maxBytes: number;
  /** Up to here a form that is too large is read nevertheless, so that its text can be given back. Default: `maxBytes`. */
  readonly maxKeptBytes?: number;
  /** Said when it is larger. */
  readonly tooLarge?: string;
}

/**
 * Reads a form into `ctx.request.body`; it costs its length and no more. Answers whether it kept the limit; throws 413 for one that is too
 * large to be given back, 415 for anything but a form in UTF-8, 400 for a broken one.
 */
export async function readForm(ctx: Context, limit: FormLimit): Promise<'whole' | 'too-large'> {
  const { maxBytes, maxKeptBytes = maxBytes, tooLarge } = limit;
  const hasBody = ctx.get('Content-Length') !== '0' && ctx.is() !== null;
  if (!hasBody) return 'whole';
  if (!ctx.is('application/x-www-form-urlencoded'))
    ctx.throw(415, 'Send the fields as application/x-www-form-urlencoded, as a form does.');
  const isPlain = ctx.get('Content-Encoding') === '' && /^(?:utf-8|)$/i.test(ctx.request.charset);
  if (!isPlain) ctx.throw(415, 'The form came in an encoding that is not understood; send UTF-8.');
  try {
    const bytes = await getRawBody(ctx.req, { length: ctx.request.length ?? null, limit: maxKeptBytes });
    (ctx.request as { body?: unknown }).body = fieldsOf(bytes.toString('utf8'));
    return bytes.length > maxBytes ? 'too-large' : 'whole';
  } catch (error) {
    const { status } = error as { status?: unknown };
    if (status === 413)
      ctx.throw(
        413,
        tooLarge ??
          `The form is larger than ${limitText(maxKeptBytes)}, so nothing was saved. Go back, and make the text shorter or divide it.`,
      );
    return ctx.throw(400, 'The form did not arrive whole. Go back and send it again.');
  }
}

/** Fields beyond the limit are left out; a name is a name, whatever brackets it has. */
function fieldsOf(text: string): FormFields {
  const fields: Record<string, string> = Object.create(null) as Record<string, string>;
  const twice = new Set<string>();
  for (const pair of text.split('&', MAX_FIELDS)) {
    const at = pair.indexOf('=');
    const name = decoded(at === -1 ? pair : pair.slice(0, at));
    if (name in fields) twice.add(name);
    fields[name] = at === -1 ? '' : decoded(pair.slice(at + 1));
  }
  for (const name of twice) delete fields[name];
  return fields;
}

/** As URLSearchParams decodes; bytes that are no UTF-8 become U+FFFD. */
function decoded(text: string): string {
  const spaced = text.replaceAll('+', ' ');
  if (!spaced.includes('%')) return spaced;
  try {
    return decodeURIComponent(spaced);
  } catch {
    return new URLSearchParams(`a=${text}`).get('a') ?? '';
  }
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
  return bytes >= 1_000_000 ? `${Math.round(bytes / 1_000_000)} MB` : `${Math.round(bytes / 1000)} kB`;
}
