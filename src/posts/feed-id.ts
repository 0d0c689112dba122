import { createHash, randomUUID } from 'node:crypto';

/** Namespace of ids derived from a source (RFC 9562 section 5.5). */
const NAMESPACE = Buffer.from('5a2f0c0e9d3b4f5f8a6b1f2e7c4d9b10', 'hex');
const UUID = /^(?:urn:uuid:)?([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})$/i;
/** An absolute IRI without white space, as Atom requires (RFC 4287 section 4.2.6). */
const IRI = /^[a-z][a-z0-9+.-]{0,30}:[^\s\p{Cc}<>"]{1,300}$/iu;

/** A new id, for a post written here. */
export function newFeedId(): string {
  return `urn:uuid:${randomUUID()}`;
}

/**
 * For an imported post: the source's id, else one derived from path and date, so that the same tree gets the same ids in any blog and
 * in any order.
 */
export function feedIdOf(
  given: string | undefined,
  { path, publishedAtMillis }: { readonly path: string; readonly publishedAtMillis: number | undefined },
): string {
  const uuid = given === undefined ? undefined : UUID.exec(given)?.[1];
  if (uuid !== undefined) return `urn:uuid:${uuid.toLowerCase()}`;
  if (given !== undefined && IRI.test(given)) return given;
  return `urn:uuid:${uuidOf(given === undefined ? `path ${path} ${publishedAtMillis}` : `id ${given}`)}`;
}

/** Version 5: the first 128 bits of SHA-1 over namespace and name. */
function uuidOf(name: string): string {
  const bytes = createHash('sha1').update(NAMESPACE).update(name.normalize('NFC')).digest().subarray(0, 16);
  bytes[6] = (bytes[6]! & 0x0f) | 0x50;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
