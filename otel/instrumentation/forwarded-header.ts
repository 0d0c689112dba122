/** What one proxy says of the request it passed on. */
export interface ForwardedHop {
  readonly for: string | undefined;
  readonly host: string | undefined;
  readonly proto: string | undefined;
}

/** Longer than what any chain of proxies writes; a longer one is not read. */
const MAX_HEADER_LENGTH = 4096;
/** `name=token` or `name="quoted string"` (RFC 7239 section 4), with the separator behind it. */
const PAIR = /\s*([!#$%&'*+.^_`|~\w-]+)=(?:"((?:[^"\\]|\\.)*)"|([!#$%&'*+.^_`|~\w-]*))\s*([,;]|$)/y;

/** Reads a `Forwarded` header, the client's hop first; undefined when it is malformed. */
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

/** Reads `X-Forwarded-For` and its companions, the client's hop first; undefined without `X-Forwarded-For`, or when it is longer than any. */
export function readXForwarded(headers: {
  readonly for: string | undefined;
  readonly host: string | undefined;
  readonly proto: string | undefined;
}): readonly ForwardedHop[] | undefined {
  const clients = listOf(headers.for);
  if (clients.length === 0) return undefined;
  const hosts = listOf(headers.host);
  const protos = listOf(headers.proto);
  // A proxy that writes one value writes the client's; those that append have one for each hop.
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
