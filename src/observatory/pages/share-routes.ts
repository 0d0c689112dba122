import type { Router, RouterContext } from '@koa/router';
import type { TelemetryControl } from '../../../otel/query.ts';
import type { TraceLinks } from '../trace/trace-links.ts';
import type { Origin } from '../../http/absolute-url.ts';
import { SHARED_TRACE_PATH } from '../../process/own-addresses.ts';

interface ShareOptions {
  readonly base: string;
  readonly control: Pick<TelemetryControl, 'pin'>;
  readonly traceLinks: TraceLinks;
  /** The blog's public address, before the path of a link. */
  readonly blogAddress: Origin;
  /** Answers with the trace's page, which shows the address of the new link: it is shown once. */
  readonly show: (ctx: RouterContext, address: string) => Promise<void>;
}

/** Makes and revokes links to a trace. The trace is pinned, so that it is there as long as its links. The caller has checked that the owner asks. */
export function addShareRoutes(router: Router, options: ShareOptions): void {
  const { base, control, traceLinks, blogAddress, show } = options;

  router.post('/traces/:traceId/share', async (ctx) => {
    const traceId = ctx.params['traceId'] ?? '';
    ctx.set('Cache-Control', 'no-store');
    if (!control.pin(traceId, true))
      ctx.throw(409, 'the trace is no longer held, or too many are pinned: unpin one first', {
        expose: true,
      });
    const token = traceLinks.create(traceId);
    if (token === undefined)
      ctx.throw(409, 'there are too many links: revoke one first; the buffer page lists them', {
        expose: true,
      });
    await show(ctx, `${blogAddress(ctx)}${SHARED_TRACE_PATH}?token=${token}`);
  });

  router.post('/traces/:traceId/links/:id/revoke', (ctx) => {
    ctx.set('Cache-Control', 'no-store');
    // One that is gone has been revoked or has expired: the result is the same.
    traceLinks.revoke(Number(ctx.params['id']));
    ctx.redirect(`${base}/traces/${encodeURIComponent(ctx.params['traceId'] ?? '')}`);
    ctx.status = 303;
  });
}
