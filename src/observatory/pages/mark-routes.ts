import type { Router } from '@koa/router';
import type { Context, Middleware } from 'koa';
import type { TelemetryControl } from '../../../otel/query.ts';
import { seeOther } from '../../http/see-other.ts';
import { formFields } from '../../http/form-body.ts';

/** Where a form's label is read up to, in characters. */
export const MAX_LABEL_CHARS = 300;

/** Marks this moment on every time chart, and shows what changed. The caller has checked that the owner asks. */
export function addMarkRoutes(
  router: Router,
  { base, control }: { readonly base: string; readonly control: Pick<TelemetryControl, 'mark'> },
): void {
  router.post('/changes/mark', (ctx) => {
    control.mark(labelOf(ctx));
    seeOther(ctx, `${base}/changes`);
  });
}

/** The same for programs: a form with `label`, answered with 201. The caller has checked the token and read the form. */
export function createMarkRoute(control: Pick<TelemetryControl, 'mark'>): Middleware {
  return (ctx) => {
    const label = labelOf(ctx);
    control.mark(label);
    ctx.status = 201;
    ctx.body = { label };
  };
}

function labelOf(ctx: Context): string {
  const label = (formFields(ctx)['label'] ?? '').trim();
  if (/^[\p{Cc}\p{Cf}\s]*$/u.test(label))
    ctx.throw(400, 'A marker needs a label: send the form field “label”, such as label=release 1.2.', {
      expose: true,
    });
  if (label.length > MAX_LABEL_CHARS)
    ctx.throw(400, `The label has ${label.length} characters, and ${MAX_LABEL_CHARS} are possible.`, {
      expose: true,
    });
  return label;
}
