/** What lists of requests count of one: strings of the client, of any length. */
export interface AskedAddress {
  /** As it was sent, without its query. */
  readonly askedPath: string;
  /** The page that refers to it, without query and user, and without an origin that is the request's own. */
  readonly askedFrom: string | undefined;
  readonly userAgent: string | undefined;
  /** Address of the client, as its span has it; undefined if spans have none. */
  readonly askedBy: string | undefined;
}

/** The absolute form of a request target, up to its path (RFC 9112 section 3.2.2). */
const ABSOLUTE_FORM = /^[a-z][a-z\d+.-]*:\/\/[^/?#]*/i;
/** Scheme, user, host and path of an address, without query and fragment. */
const REFERRER = /^([a-z][a-z\d+.-]{0,30}:\/\/)(?:[^/?#]*@)?([^/?#]+)([^?#]*)/i;
/** Stands for a Referer that is no address; its text may be anything. */
export const NO_ADDRESS = '(not an address)';

/** Path and query of a request target; the query is undefined without a `?`. */
export function partsOf(target: string): { readonly path: string; readonly query: string | undefined } {
  const own = target.startsWith('/') ? target : target.replace(ABSOLUTE_FORM, '');
  const hashAt = own.indexOf('#');
  const plain = hashAt < 0 ? own : own.slice(0, hashAt);
  const queryAt = plain.indexOf('?');
  return queryAt < 0
    ? { path: plain || '/', query: undefined }
    : { path: plain.slice(0, queryAt) || '/', query: plain.slice(queryAt + 1) };
}

/** A Referer header as it may be shown: what follows `?` or `#`, and a user before `@`, may be secret. */
export function referringPage(referrer: string | undefined, host: string | undefined): string | undefined {
  if (referrer === undefined || referrer === '') return undefined;
  const [, scheme = '', from = '', path = ''] = REFERRER.exec(referrer) ?? [];
  if (from === '') return NO_ADDRESS;
  return host !== undefined && from.toLowerCase() === host.toLowerCase()
    ? path || '/'
    : `${scheme}${from}${path}`;
}
