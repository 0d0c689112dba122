/** What a proxy says of the request it passed on; the first hop that says it, which is the one nearest to the client. */
export interface Forwarded {
  readonly for: string | undefined;
  readonly host: string | undefined;
  /** As told by the hop that told the host. */
  readonly proto: string | undefined;
}

/** Longer than what any chain of proxies writes; what is behind it is not read. */
const MAX_HEADER_LENGTH = 4096;
/** `name=token` or `name="quoted string"` (RFC 7239 section 4), with the separator behind it. */
const PAIR = /\s*([!#$%&'*+.^_`|~\w-]+)=(?:"((?:[^"\\]|\\.)*)"|([!#$%&'*+.^_`|~\w-]*))\s*([,;]|$)/y;

/** Reads a `Forwarded` header; undefined when it is malformed. */
export function readForwarded(header: string): Forwarded | undefined {
  const text = header.slice(0, MAX_HEADER_LENGTH);
  let client: string | undefined;
  let host: string | undefined;
  let proto: string | undefined;
  let hop: Record<string, string> = {};
  PAIR.lastIndex = 0;
  while (PAIR.lastIndex < text.length) {
    const pair = PAIR.exec(text);
    if (pair === null) return undefined;
    const [, name, quoted, token, separator] = pair;
    hop[name!.toLowerCase()] = quoted === undefined ? token! : quoted.replace(/\\(.)/g, '$1');
    if (separator === ';') continue;
    client ??= hop['for'] || undefined;
    if (host === undefined && hop['host']) ({ host, proto } = hop);
    hop = {};
  }
  return { for: client, host, proto };
}
