import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';

/** Cost of one check: OWASP's first recommendation for scrypt, 128 MiB and tenths of a second. */
export interface ScryptCost {
  /** log2 of N. */
  readonly logN: number;
  readonly r: number;
  readonly p: number;
}

export const OWASP_COST: ScryptCost = { logN: 17, r: 8, p: 1 };

const SALT_BYTES = 16;
const KEY_BYTES = 32;
const FORMAT = /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,3}),p=(\d{1,3})(,x=1)?\$([\w+/]+)\$([\w+/]+)$/;

function derive(password: string, salt: Buffer, { logN, r, p }: ScryptCost, bytes: number): Promise<Buffer> {
  const N = 2 ** logN;
  return new Promise((resolve, reject) => {
    scrypt(password, salt, bytes, { N, r, p, maxmem: 256 * N * r }, (error, key) =>
      error === null ? resolve(key) : reject(error),
    );
  });
}

function unpadded(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '');
}

/**
 * `$scrypt$ln=17,r=8,p=1,x=1$salt$key`: the cost is stored, so older hashes stay valid if it is raised. `x=1`: the password was hashed exactly
 * as sent; older hashes without it are of its NFKC form.
 */
export async function hashPassword(password: string, cost: ScryptCost = OWASP_COST): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const key = await derive(password, salt, cost, KEY_BYTES);
  return `$scrypt$ln=${cost.logN},r=${cost.r},p=${cost.p},x=1$${unpadded(salt)}$${unpadded(key)}`;
}

/** Returns false for a wrong password; throws if the stored text is not in our format. */
export async function verifyPassword(password: string, stored: string): Promise<boolean> {
  const match = FORMAT.exec(stored);
  if (match === null)
    throw new Error('the stored password hash is not in the form $scrypt$ln=…,r=…,p=…$salt$key');
  const [, logN, r, p, isExact, salt, key] = match;
  const expected = Buffer.from(key!, 'base64');
  const sent = isExact === undefined ? password.normalize('NFKC') : password;
  const cost = { logN: Number(logN), r: Number(r), p: Number(p) };
  return timingSafeEqual(await derive(sent, Buffer.from(salt!, 'base64'), cost, expected.length), expected);
}

/** A hash that no password matches: checking it takes as long as checking a real one. */
export function impossibleHash(cost: ScryptCost = OWASP_COST): string {
  return `$scrypt$ln=${cost.logN},r=${cost.r},p=${cost.p},x=1$${unpadded(randomBytes(SALT_BYTES))}$${unpadded(randomBytes(KEY_BYTES))}`;
}
