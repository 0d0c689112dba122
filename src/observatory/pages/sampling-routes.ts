import type { Router, RouterContext } from '@koa/router';
import type { Context } from 'koa';
import type { SettingsRequest, TelemetryControl } from '../../../otel/query.ts';
import { BACK_PREFIX, fieldValue } from '../draw/setting-fields.ts';
import type { AskedChange } from '../page.ts';

export const CHANGE_PATH = '/sampling/change';
export const TRY_PATH = '/sampling/try';
export const APPLY_PATH = '/sampling/apply';
type AskedRequest = SettingsRequest & { readonly takenBack: readonly string[] };

/** Limit of each field that a refused form shows again. */
const MAX_GIVEN_BACK = 100_000;

/** The two steps of a change: try and apply. The caller has checked the session and read the fields. */
export function addSamplingRoutes(
  router: Router,
  options: {
    readonly base: string;
    readonly control: TelemetryControl;
    readonly who: (ctx: Context) => string;
    /** Shows the form again with the result. */
    readonly show: (ctx: RouterContext, asked: AskedChange) => Promise<void>;
  },
): void {
  const { base, control, who, show } = options;

  router.post(TRY_PATH, async (ctx) => {
    const request = requestOf(ctx);
    const trial = await control.trySettings(request);
    await show(ctx, { ...askedOf(request), ...('problems' in trial ? trial : { trial }) });
  });

  router.post(APPLY_PATH, async (ctx) => {
    const request = requestOf(ctx);
    const outcome = control.changeSettings(request, fieldsOf(ctx)['revision'] ?? '', who(ctx));
    if (!('change' in outcome)) return show(ctx, { ...askedOf(request), ...outcome });
    ctx.set('Cache-Control', 'no-store');
    ctx.redirect(`${base}/sampling${ctx.search}`);
    ctx.status = 303;
  });
}

/** Fields in capitals are settings; unknown names are rejected elsewhere. */
function requestOf(ctx: Context): AskedRequest {
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

function askedOf({ values, takenBack }: AskedRequest): Pick<AskedChange, 'values' | 'takenBack'> {
  const short = Object.entries(values).map(([name, text]) => [name, text.slice(0, MAX_GIVEN_BACK)]);
  return { values: Object.fromEntries(short) as AskedChange['values'], takenBack };
}

function fieldsOf(ctx: Context): Readonly<Record<string, string>> {
  const body = (ctx.request as { readonly body?: Readonly<Record<string, unknown>> }).body ?? {};
  const texts = Object.entries(body).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  );
  return Object.fromEntries(texts);
}
