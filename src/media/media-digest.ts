import { createHash } from 'node:crypto';

/** SHA-256 of a media file in hex, as stored in its row. */
export function mediaDigest(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
