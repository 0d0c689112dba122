import type { RouterContext } from '@koa/router';
import type { Context } from 'koa';
import type { SettingsRequest, TelemetryControl } from '../../../otel/query.ts';
import { seeOther } from '../../http/see-other.ts';
import { formFields } from '../../http/form-body.ts';
import { BACK_PREFIX, fieldValue } from '../draw/setting-fields.ts';
import type { AskedChange } from '../page.ts';

type AskedRequest = SettingsRequest & { readonly takenBack: readonly string[] };

/** Limit of each field that a refused form shows again. */
const MAX_GIVEN_BACK = 100_000;

/** Fields in capitals are settings; unknown names are rejected elsewhere. */
export function requestOf(ctx: Context): AskedRequest {
  const fields = Object.entries(formFields(ctx));
  const ofSettings = fields.filter(([name]) => /^[A-Z]/.test(name));
  const back = fields.filter(([name, value]) => name.startsWith(BACK_PREFIX) && value !== '');
  return {
    values: Object.fromEntries(ofSettings.map(([name, value]) => [name, fieldValue(name, value)])),
    takenBack: back.map(([name]) => name.slice(BACK_PREFIX.length)),
  };
}

/** What the form shows again. */
export function askedOf({ values, takenBack }: AskedRequest): Pick<AskedChange, 'values' | 'takenBack'> {
  const short = Object.entries(values).map(([name, text]) => [name, text.slice(0, MAX_GIVEN_BACK)]);
  return { values: Object.fromEntries(short) as AskedChange['values'], takenBack };
}

/** What routes that change settings need. */
export interface ChangeOptions {
  readonly base: string;
  readonly control: TelemetryControl;
  readonly who: (ctx: Context) => string;
  /** Shows the form again with the result. */
  readonly show: (ctx: RouterContext, asked: AskedChange) => Promise<void>;
}

/** Applies a submitted change and leads to `path`, or shows the form again with what is wrong. */
export async function applyChange(
  ctx: RouterContext,
  path: string,
  { base, control, who, show }: ChangeOptions,
): Promise<void> {
  const request = requestOf(ctx);
  const outcome = control.changeSettings(request, formFields(ctx)['revision'] ?? '', who(ctx));
  if (!('change' in outcome)) return show(ctx, { ...askedOf(request), ...outcome });
  seeOther(ctx, `${base}${path}${ctx.search}`);
}
