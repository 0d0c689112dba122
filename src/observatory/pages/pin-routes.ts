import type { Router } from '@koa/router';
import type { TelemetryControl } from '../../../otel/query.ts';

/** Pins a trace, or lets it go again. The mounting has checked who asks. */
export function addPinRoutes(
  router: Router,
  { base, control }: { readonly base: string; readonly control: Pick<TelemetryControl, 'pin'> },
): void {
  for (const pinned of [true, false])
    router.post(`/traces/:traceId/${pinned ? 'pin' : 'unpin'}`, (ctx) => {
      const traceId = ctx.params['traceId'] ?? '';
      ctx.set('Cache-Control', 'no-store');
      if (!control.pin(traceId, pinned))
        ctx.throw(
          409,
          pinned
            ? 'the trace is not kept any more, or too many are pinned: unpin one first'
            : 'the trace is not kept any more',
          { expose: true },
        );
      ctx.redirect(`${base}/traces/${encodeURIComponent(traceId)}`);
      ctx.status = 303;
    });
}
