import type { Context } from 'koa';

/** The blog's public address without a trailing slash: PUBLIC_URL, else the request's origin. */
export type Origin = (ctx: Context) => string;

/** Limit of a DNS name with a port. */
const MAX_HOST_CHARACTERS = 260;

export function createOrigin(config: { readonly publicUrl: string | undefined }): Origin {
  return (ctx) =>
    config.publicUrl ?? (isHost(ctx.host) ? `${ctx.protocol}://${ctx.host}` : 'http://localhost');
}

// The client chooses the Host header, and it goes into pages and feeds, so it must at least be a valid host.
function isHost(host: string): boolean {
  return (
    host.length <= MAX_HOST_CHARACTERS &&
    /^(?:[a-z0-9.-]+|\[[0-9a-f:.]+\])(?::\d{1,5})?$/i.test(host) &&
    URL.canParse(`http://${host}`)
  );
}
