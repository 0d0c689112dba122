import type { Router } from '@koa/router';
import type { TelemetryControl } from '../../../otel/query.ts';
import { seeOther } from '../../http/see-other.ts';

/** Pins or unpins a trace. The caller has checked that the owner asks. */
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
            ? 'the trace is no longer held, or too many are pinned: unpin one first'
            : 'the trace is no longer held',
          { expose: true },
        );
      seeOther(ctx, `${base}/traces/${encodeURIComponent(traceId)}`);
    });
}
