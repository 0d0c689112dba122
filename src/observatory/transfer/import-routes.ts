import type { Router, RouterContext } from '@koa/router';
import type { Context } from 'koa';
import { seeOther } from '../../http/see-other.ts';
import type { PageRequest } from '../page.ts';
import type { ImportedTraces } from '../facts/imported-traces.ts';
import { ImportError } from './import-error.ts';
import { readOtlpJson } from './otlp-import.ts';

export const IMPORT_PATH = '/traces/import';
export const IMPORTED_PATH = '/traces/imported';
/** Limit of the text that a refused form shows again. */
const MAX_GIVEN_BACK = 200_000;

/** Routes of the two forms of imported traces. The caller has checked the session and read the fields. */
export function addImportRoutes(
  router: Router,
  options: {
    readonly base: string;
    readonly imported: ImportedTraces;
    readonly now: () => number;
    /** Shows the form again. */
    readonly refuse: (ctx: RouterContext, refused: NonNullable<PageRequest['refused']>) => Promise<void>;
  },
): void {
  const { base, imported, now, refuse } = options;

  router.post(IMPORT_PATH, async (ctx) => {
    const text = fieldOf(ctx, 'otlp');
    try {
      const traces = readOtlpJson(text);
      for (const trace of traces) imported.add(trace, now());
      const [only] = traces;
      seeOther(
        ctx,
        traces.length === 1 && only !== undefined
          ? `${base}${IMPORTED_PATH}/${only.traceId}`
          : `${base}${IMPORT_PATH}`,
      );
    } catch (error) {
      if (!(error instanceof ImportError)) throw error;
      await refuse(ctx, { problem: error.message, text: text.slice(0, MAX_GIVEN_BACK) });
    }
  });

  router.post(`${IMPORTED_PATH}/:traceId/remove`, (ctx) => {
    imported.remove(ctx.params['traceId'] ?? '');
    seeOther(ctx, `${base}${IMPORT_PATH}`);
  });
}

function fieldOf(ctx: Context, name: string): string {
  const body = (ctx.request as { readonly body?: Readonly<Record<string, unknown>> }).body ?? {};
  const value = Object.hasOwn(body, name) ? body[name] : undefined;
  return typeof value === 'string' ? value : '';
}
