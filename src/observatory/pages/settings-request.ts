import type { Context } from 'koa';
import type { SettingsRequest } from '../../../otel/query.ts';
import { BACK_PREFIX, fieldValue } from '../draw/setting-fields.ts';
import type { AskedChange } from '../page.ts';

type AskedRequest = SettingsRequest & { readonly takenBack: readonly string[] };

/** Limit of each field that a refused form shows again. */
const MAX_GIVEN_BACK = 100_000;

/** Fields in capitals are settings; unknown names are rejected elsewhere. */
export function requestOf(ctx: Context): AskedRequest {
  const fields = Object.entries(fieldsOf(ctx));
  const ofSettings = fields.filter(([name]) => /^[A-Z]/.test(name));
  const back = fields.filter(([name, value]) => name.startsWith(BACK_PREFIX) && value !== '');
  return {
    // Browsers send CRLF.
    values: Object.fromEntries(
      ofSettings.map(([name, value]) => [name, fieldValue(name, value.replaceAll('\r\n', '\n'))]),
    ),
    takenBack: back.map(([name]) => name.slice(BACK_PREFIX.length)),
  };
}

/** What the form shows again. */
export function askedOf({ values, takenBack }: AskedRequest): Pick<AskedChange, 'values' | 'takenBack'> {
  const short = Object.entries(values).map(([name, text]) => [name, text.slice(0, MAX_GIVEN_BACK)]);
  return { values: Object.fromEntries(short) as AskedChange['values'], takenBack };
}

/** The text fields of the form. */
export function fieldsOf(ctx: Context): Readonly<Record<string, string>> {
  const body = (ctx.request as { readonly body?: Readonly<Record<string, unknown>> }).body ?? {};
  const texts = Object.entries(body).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  );
  return Object.fromEntries(texts);
}
