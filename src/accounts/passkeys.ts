import { createHmac, randomBytes } from 'node:crypto';
import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '@simplewebauthn/server';
import type { Database, Statement } from 'better-sqlite3';
import { storageFailureOf } from '../db/storage-failure.ts';
import { secretsEqual } from '../process/secret-token.ts';

/** Between the page and the answer of the authenticator. */
const CHALLENGE_MILLIS = 10 * 60 * 1000;
/** More than the owner can answer before they expire. */
const MAX_USED = 1000;
/** More than anybody has; each is in every page of Settings. */
const MAX_PASSKEYS = 20;
const MAX_NAME_CHARACTERS = 60;
/** Ed25519, ES256, RS256, as WebAuthn Level 3 recommends. */
const ALGORITHMS = [-8, -7, -257];

/** A passkey of the owner. */
export interface Passkey {
  readonly id: number;
  readonly name: string;
  readonly createdAtMillis: number;
  /** Undefined: never. */
  readonly usedAtMillis: number | undefined;
}

/** The scheme, host and port that a browser shows, and to whom a challenge was given: a session or a visitor's form. */
export interface PasskeyVisit {
  readonly origin: string;
  readonly visitor: string;
}

interface PasskeyRow {
  readonly id: number;
  readonly credential_id: string;
  readonly public_key: Buffer;
  readonly counter: number;
  readonly name: string;
  readonly created_at: number;
  readonly used_at: number | null;
}

/** A verified new passkey. */
export interface NewPasskey {
  readonly credentialId: string;
  readonly publicKey: Buffer;
  readonly counter: number;
}

/** A verified answer of an authenticator. */
export interface CheckedPasskey {
  readonly id: number;
  readonly counter: number;
  readonly challenge: string;
}

/**
 * Passkeys (WebAuthn): public keys of the owner's authenticators. Challenges are signed and bound to who asked, so that views of strangers
 * store nothing; each works once.
 */
export class Passkeys {
  readonly #now: () => number;
  /** Of this process: a restart voids open challenges. */
  readonly #secret = randomBytes(32);
  /** The last challenges that were answered correctly. By number, not by age: a clock that is set back would open one again. */
  readonly #used = new Set<string>();
  readonly #list: Statement<[], PasskeyRow>;
  readonly #find: Statement<[string], PasskeyRow>;
  readonly #insert: Statement<[string, Buffer, number, string, number]>;
  readonly #touch: Statement<[number, number, number, number]>;
  readonly #delete: Statement<[number]>;

  constructor(database: Database, now: () => number) {
    this.#now = now;
    this.#list = database.prepare('SELECT * FROM passkeys ORDER BY id');
    this.#find = database.prepare('SELECT * FROM passkeys WHERE credential_id = ?');
    this.#insert = database.prepare(
      'INSERT INTO passkeys (credential_id, public_key, counter, name, created_at) VALUES (?, ?, ?, ?, ?)',
    );
    // A counter that does not grow is one of a copied authenticator; those without one send 0.
    this.#touch = database.prepare(
      'UPDATE passkeys SET counter = ?, used_at = ? WHERE id = ? AND (counter < ? OR counter = 0)',
    );
    this.#delete = database.prepare('DELETE FROM passkeys WHERE id = ?');
  }

  /** Oldest first. */
  list(): readonly Passkey[] {
    return this.#list.all().map((row) => ({
      id: row.id,
      name: row.name,
      createdAtMillis: row.created_at,
      usedAtMillis: row.used_at ?? undefined,
    }));
  }

  /** Options of `navigator.credentials.create`, as JSON. */
  creationOptions(visit: PasskeyVisit, site: { readonly title: string }) {
    return {
      rp: { name: site.title, id: hostOf(visit) },
      user: { id: Buffer.from('owner').toString('base64url'), name: 'owner', displayName: site.title },
      challenge: this.#challenge(visit),
      pubKeyCredParams: ALGORITHMS.map((alg) => ({ type: 'public-key', alg })),
      attestation: 'none',
      authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
      excludeCredentials: this.#list
        .all()
        .map(({ credential_id }) => ({ id: credential_id, type: 'public-key' })),
    };
  }

  /** Options of `navigator.credentials.get`, as JSON. */
  requestOptions(visit: PasskeyVisit) {
    return { challenge: this.#challenge(visit), rpId: hostOf(visit), userVerification: 'required' };
  }

  /** Verifies the answer of an authenticator that made a passkey; undefined if it is refused, or comes too late. */
  async checkNew(answer: string, visit: PasskeyVisit): Promise<NewPasskey | undefined> {
    return unlessRefused(async () => {
      const response: RegistrationResponseJSON = JSON.parse(answer);
      const { verifyRegistrationResponse } = await import('@simplewebauthn/server');
      const { verified, registrationInfo } = await verifyRegistrationResponse({
        response,
        ...this.#expected(visit),
      });
      if (!verified) return undefined;
      const { id, publicKey, counter } = registrationInfo.credential;
      return { credentialId: id, publicKey: Buffer.from(publicKey), counter };
    });
  }

  /** Returns false if there are too many. Call it in a transaction. */
  add(name: string, { credentialId, publicKey, counter }: NewPasskey): boolean {
    if (this.#list.all().length >= MAX_PASSKEYS) return false;
    const words = name.replaceAll(/[\s\p{Cc}]+/gu, ' ').trim();
    const label = [...words].slice(0, MAX_NAME_CHARACTERS).join('') || 'Passkey';
    this.#insert.run(credentialId, publicKey, counter, label, this.#now());
    return true;
  }

  /** Verifies the answer of an authenticator to a challenge; undefined if it is not one of the owner's, or comes too late. */
  async check(answer: string, visit: PasskeyVisit): Promise<CheckedPasskey | undefined> {
    return unlessRefused(async () => {
      const response: AuthenticationResponseJSON = JSON.parse(answer);
      const row = this.#find.get(String(response.id));
      if (row === undefined) return undefined;
      let challenge = '';
      const expected = this.#expected(visit, (given) => (challenge = given));
      const { verifyAuthenticationResponse } = await import('@simplewebauthn/server');
      const { verified, authenticationInfo } = await verifyAuthenticationResponse({
        response,
        ...expected,
        credential: {
          id: row.credential_id,
          publicKey: new Uint8Array(row.public_key),
          counter: row.counter,
        },
      });
      return verified ? { id: row.id, counter: authenticationInfo.newCounter, challenge } : undefined;
    });
  }

  /** Takes a verified answer, once. Call it in the transaction of what it grants. */
  use({ id, counter, challenge }: CheckedPasskey): boolean {
    if (this.#used.has(challenge)) return false;
    if (this.#touch.run(counter, this.#now(), id, counter).changes === 0) return false;
    const [oldest = ''] = this.#used;
    if (this.#used.size >= MAX_USED) this.#used.delete(oldest);
    this.#used.add(challenge);
    return true;
  }

  /** Returns false if there is none (any more). */
  remove(id: number): boolean {
    return this.#delete.run(id).changes > 0;
  }

  #expected(visit: PasskeyVisit, note: (challenge: string) => void = () => {}) {
    return {
      expectedChallenge: (given: string) => {
        note(given);
        return this.#isOpen(given, visit);
      },
      expectedOrigin: new URL(visit.origin).origin,
      expectedRPID: hostOf(visit),
      requireUserVerification: true,
    };
  }

  /** `random.until.signature`, encoded. */
  #challenge(visit: PasskeyVisit): string {
    const facts = `${randomBytes(18).toString('base64url')}.${(this.#now() + CHALLENGE_MILLIS).toString(36)}`;
    return Buffer.from(`${facts}.${this.#signature(facts, visit)}`).toString('base64url');
  }

  #isOpen(challenge: string, visit: PasskeyVisit): boolean {
    const text = Buffer.from(challenge, 'base64url').toString();
    const [random = '', until = '', signature = ''] = text.split('.');
    const isMine = secretsEqual(signature, this.#signature(`${random}.${until}`, visit));
    return isMine && Number.parseInt(until, 36) > this.#now() && !this.#used.has(challenge);
  }

  #signature(facts: string, { visitor }: PasskeyVisit): string {
    return createHmac('sha256', this.#secret).update(`${facts} ${visitor}`).digest('base64url');
  }
}

/** The library throws for whatever is wrong with an answer. */
async function unlessRefused<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (storageFailureOf(error) !== undefined) throw error;
    return undefined;
  }
}

function hostOf({ origin }: PasskeyVisit): string {
  return new URL(origin).hostname;
}
