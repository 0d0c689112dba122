/** What one proxy states about the request it forwarded. */
export interface ForwardedHop {
  readonly for: string | undefined;
  readonly host: string | undefined;
  readonly proto: string | undefined;
}

/** Longer than any chain of proxies writes; a longer header is ignored. */
const MAX_HEADER_LENGTH = 4096;
/** `name=token` or `name="quoted string"` (RFC 7239 section 4), followed by its separator. */
const PAIR = /\s*([!#$%&'*+.^_`|~\w-]+)=(?:"((?:[^"\\]|\\.)*)"|([!#$%&'*+.^_`|~\w-]*))\s*([,;]|$)/y;

/** Parses a `Forwarded` header, the client's hop first; undefined if it is malformed. */
export function readForwarded(header: string): readonly ForwardedHop[] | undefined {
  if (header.length > MAX_HEADER_LENGTH) return undefined;
  const hops: ForwardedHop[] = [];
  let hop: Record<string, string> = {};
  PAIR.lastIndex = 0;
  while (PAIR.lastIndex < header.length) {
    const pair = PAIR.exec(header);
    if (pair === null) return undefined;
    const [, name, quoted, token, separator] = pair;
    hop[name!.toLowerCase()] = quoted === undefined ? token! : quoted.replace(/\\(.)/g, '$1');
    if (separator === ';') continue;
    hops.push({ for: hop['for'] || undefined, host: hop['host'] || undefined, proto: hop['proto'] });
    hop = {};
  }
  return hops.length > 0 ? hops : undefined;
}

/** Parses `X-Forwarded-For` and its companions, the client's hop first; undefined without `X-Forwarded-For`, or if it is too long. */
export function readXForwarded(headers: {
  readonly for: string | undefined;
  readonly host: string | undefined;
  readonly proto: string | undefined;
}): readonly ForwardedHop[] | undefined {
  const clients = listOf(headers.for);
  if (clients.length === 0) return undefined;
  const hosts = listOf(headers.host);
  const protos = listOf(headers.proto);
  // A single value refers to the client; proxies that append write one per hop.
  const of = (values: readonly string[], index: number): string | undefined =>
    values.length === clients.length ? values[index] : values.at(-1);
  return clients.map((client, index) => ({
    for: client,
    host: of(hosts, index),
    proto: of(protos, index),
  }));
}

function listOf(header: string | undefined): readonly string[] {
  if (header === undefined || header.trim() === '' || header.length > MAX_HEADER_LENGTH) return [];
  return header.split(',').map((value) => value.trim());
}
