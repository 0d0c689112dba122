import type { Context } from 'koa';
import type { ReaderCounts, Visit } from './reader-counts.ts';
import { referrerHost } from './referrer-host.ts';

/** Called with a request once it is answered. */
export interface VisitCounter {
  page(ctx: Context, template: string): void;
  feed(ctx: Context): void;
}

interface VisitCounterOptions {
  /** Undefined: nobody is counted. */
  readonly counts: Pick<ReaderCounts, 'page' | 'feed'> | undefined;
  /** The blog's public address, without a slash at its end. */
  readonly origin: (ctx: Context) => string;
  readonly isOwner: (ctx: Pick<Context, 'state'>) => boolean;
}

/** Counts what people and programs were given: no HEAD, no page that a browser fetches in advance, and nothing of the owner. */
export function createVisitCounter({ counts, origin, isOwner }: VisitCounterOptions): VisitCounter {
  const isCounted = (ctx: Context): boolean =>
    ctx.method === 'GET' &&
    (ctx.status === 200 || ctx.status === 304) &&
    !`${ctx.get('Sec-Purpose')} ${ctx.get('Purpose')} ${ctx.get('X-Moz')}`.includes('prefetch') &&
    !isOwner(ctx);
  return {
    page(ctx, template) {
      if (counts === undefined || !isCounted(ctx)) return;
      counts.page({
        ...visitOf(ctx),
        post: template === 'post' ? decodeURIComponent(ctx.path).slice(1) : undefined,
        referrer: referrerHost(ctx.get('Referer'), () => [ctx.host, new URL(origin(ctx)).host]),
      });
    },
    feed(ctx) {
      // A person who looks at a feed has not subscribed to it.
      if (counts === undefined || ctx.get('Sec-Fetch-Dest') === 'document' || !isCounted(ctx)) return;
      counts.feed(visitOf(ctx), ctx.path);
    },
  };
}

function visitOf(ctx: Context): Visit {
  return { address: ctx.ip, userAgent: ctx.get('User-Agent') };
}
