import { createHash } from 'node:crypto';

/** The SHA-256 of a medium's bytes in hexadecimal, as its row has it. */
export function mediaDigest(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
