import type { Context } from 'koa';
import { getRawBody } from 'raw-body';

/** A post of a million characters of any script, all escaped. */
export const MAX_FORM_BYTES = 10_000_000;
/** More fields than any of our forms has. */
const MAX_FIELDS = 200;

/** The form's text fields by name. Repeated fields are left out: none of our forms has any. */
export type FormFields = Readonly<Record<string, string>>;

/** What the form contains, for error messages. */
export interface FormLimit {
  readonly maxBytes: number;
  /** A form that is too large is still read up to here, so that its text can be shown again. Default: `maxBytes`. */
  readonly maxKeptBytes?: number;
  /** The error message if the form is larger. */
  readonly tooLarge?: string;
}

/**
 * Reads a form into `ctx.request.body` in linear time. Returns whether it is within the limit; throws 413 if it is too large
 * to show again, 415 for anything but a form in UTF-8, 400 for a broken one.
 */
export async function readForm(ctx: Context, limit: FormLimit): Promise<'whole' | 'too-large'> {
  const { maxBytes, maxKeptBytes = maxBytes, tooLarge } = limit;
  const hasBody = ctx.get('Content-Length') !== '0' && ctx.is() !== null;
  if (!hasBody) return 'whole';
  if (!ctx.is('application/x-www-form-urlencoded'))
    ctx.throw(415, 'Send the form as application/x-www-form-urlencoded.');
  const isPlain = ctx.get('Content-Encoding') === '' && /^(?:utf-8|)$/i.test(ctx.request.charset);
  if (!isPlain) ctx.throw(415, 'Unsupported encoding. Send the form in UTF-8.');
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
          `The form is larger than ${limitText(maxKeptBytes)}, so nothing was saved. Go back and shorten or split the text.`,
      );
    return ctx.throw(400, 'The form did not arrive completely. Go back and send it again.');
  }
}

/** Fields beyond the limit are dropped; brackets in a name have no meaning. */
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

/** Decodes as URLSearchParams does; invalid UTF-8 becomes U+FFFD. */
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

/** The whole number that a field or a part of an address has, as an id or a version; undefined for anything else. */
export function wholeNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

function limitText(bytes: number): string {
  return bytes >= 1_000_000 ? `${Math.round(bytes / 1_000_000)} MB` : `${Math.round(bytes / 1000)} kB`;
}
