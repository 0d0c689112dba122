import type { Router, RouterContext } from '@koa/router';
import type { TelemetryControl, TelemetryQuery } from '../../../otel/query.ts';
import { seeOther } from '../../http/see-other.ts';
import type { TraceLink, TraceLinks } from '../trace/trace-links.ts';
import type { Origin } from '../../http/absolute-url.ts';
import { SHARED_TRACE_PATH } from '../../process/own-addresses.ts';

interface ShareOptions {
  readonly base: string;
  readonly telemetry: Pick<TelemetryQuery, 'trace'>;
  readonly control: Pick<TelemetryControl, 'pin'>;
  readonly traceLinks: TraceLinks;
  /** The blog's public address, before the path of a link. */
  readonly blogAddress: Origin;
  /** Answers with the trace's page, which shows the address of the new link: it is shown once. */
  readonly show: (ctx: RouterContext, address: string) => Promise<void>;
}

/**
 * Makes and revokes links to a trace. The trace is pinned as long as it has links; one that the owner had pinned stays so. The caller has checked that the owner asks.
 */
export function addShareRoutes(router: Router, options: ShareOptions): void {
  const { base, telemetry, control, traceLinks, blogAddress, show } = options;

  router.post('/traces/:traceId/share', async (ctx) => {
    const traceId = ctx.params['traceId'] ?? '';
    ctx.set('Cache-Control', 'no-store');
    unpinEnded(traceLinks.expire(), control);
    const found = telemetry.trace(traceId);
    const pins = !('pinned' in found && found.pinned);
    if (!control.pin(traceId, true))
      ctx.throw(409, 'the trace is no longer held, or too many are pinned: unpin one first', {
        expose: true,
      });
    const token = traceLinks.create(traceId, pins);
    if (token === undefined) {
      if (pins) control.pin(traceId, false);
      ctx.throw(409, 'there are too many links: revoke one first; the buffer page lists them', {
        expose: true,
      });
    }
    await show(ctx, `${blogAddress(ctx)}${SHARED_TRACE_PATH}?token=${token}`);
  });

  router.post('/traces/:traceId/links/:id/revoke', (ctx) => {
    ctx.set('Cache-Control', 'no-store');
    // One that is gone has been revoked or has expired: the result is the same.
    unpinEnded(traceLinks.revoke(Number(ctx.params['id'])), control);
    seeOther(ctx, `${base}/traces/${encodeURIComponent(ctx.params['traceId'] ?? '')}`);
  });
}

/** Links that open; traces of those that have expired are unpinned, if the database can be written. */
export function openLinks(
  traceLinks: TraceLinks,
  control: Pick<TelemetryControl, 'pin'>,
): readonly TraceLink[] {
  try {
    unpinEnded(traceLinks.expire(), control);
  } catch {
    // The disk is full, or another process writes: a page that is only looked at works, and the next one tries again.
  }
  return traceLinks.list();
}

function unpinEnded(traceIds: readonly string[], control: Pick<TelemetryControl, 'pin'>): void {
  for (const traceId of traceIds) control.pin(traceId, false);
}
