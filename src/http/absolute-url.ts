import type { Context } from 'koa';

/** The address of the blog as the world sees it, without a trailing slash: PUBLIC_URL, else the request's own origin. */
export type Origin = (ctx: Context) => string;

/** Of a name in the DNS, and a port. */
const MAX_HOST_CHARACTERS = 260;

export function createOrigin(config: { readonly publicUrl: string | undefined }): Origin {
  return (ctx) =>
    config.publicUrl ?? (isHost(ctx.host) ? `${ctx.protocol}://${ctx.host}` : 'http://localhost');
}

export function tagUrl(tag: string): string {
  return `/tags/${encodeURIComponent(tag)}`;
}

// The Host header is the client's word; it goes into pages and feeds, so it must at least be a host.
function isHost(host: string): boolean {
  return (
    host.length <= MAX_HOST_CHARACTERS &&
    /^(?:[a-z0-9.-]+|\[[0-9a-f:.]+\])(?::\d{1,5})?$/i.test(host) &&
    URL.canParse(`http://${host}`)
  );
}
