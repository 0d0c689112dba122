import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import SqliteDatabase from 'better-sqlite3';
import { LOCK_FILE_NAME, SERVER_FILE_NAME } from './data-files.ts';
import { storageFailureOf } from './storage-failure.ts';

/** `servedAddress` holds the lock for an instant, which is no other server. */
const LOCK_WAIT_MILLIS = 200;

/** A server is at work on these data. */
export class ServedDatabaseError extends Error {
  constructor(dataDir: string) {
    super(
      `${resolve(dataDir)} is in use by ${holder(dataDir)}. Stop it first, or set DATA_DIR to another folder.`,
    );
    this.name = 'ServedDatabaseError';
  }
}

export interface ServerLock {
  /** Says where the server answers, for those who find the lock taken. */
  announce(address: string): void;
  release(): void;
}

/**
 * Takes the one lock that a server holds on its data; throws ServedDatabaseError when it is taken. It is a lock of the operating system on
 * an empty SQLite file, so it ends with its process however that ends. Commands work beside it.
 */
export function takeServerLock(dataDir: string): ServerLock {
  const lock = new SqliteDatabase(join(dataDir, LOCK_FILE_NAME), { timeout: LOCK_WAIT_MILLIS });
  try {
    lock.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    lock.close();
    if (storageFailureOf(error) === 'locked') throw new ServedDatabaseError(dataDir);
    throw error;
  }
  const since = new Date().toISOString();
  const announce = (address?: string): void => {
    const file = join(dataDir, SERVER_FILE_NAME);
    try {
      writeFileSync(`${file}.part`, JSON.stringify({ pid: process.pid, host: hostname(), since, address }));
      renameSync(`${file}.part`, file);
    } catch (error) {
      // Words for others; the lock holds without them, also on a full disk.
      if (storageFailureOf(error) === undefined) throw error;
    }
  };
  announce();
  return {
    announce,
    release: () => void lock.close(),
  };
}

/** Where a running server answers; undefined without one, and when it could not say so. */
export function servedAddress(dataDir: string): string | undefined {
  const file = join(dataDir, LOCK_FILE_NAME);
  if (!existsSync(file)) return undefined;
  const lock = new SqliteDatabase(file, { timeout: 0 });
  try {
    lock.prepare('SELECT 1 FROM sqlite_schema').get();
    return undefined;
  } catch (error) {
    const address = storageFailureOf(error) === 'locked' ? factsOfServer(dataDir)?.['address'] : undefined;
    return typeof address === 'string' ? address : undefined;
  } finally {
    lock.close();
  }
}

/** The holder in words, as far as they are known. */
function holder(dataDir: string): string {
  const facts = factsOfServer(dataDir);
  if (facts === undefined) return 'another Glasshouse';
  const { pid, host, since, address } = facts;
  const where = typeof address === 'string' ? ` at ${address}` : '';
  return `another Glasshouse: process ${String(pid)} on ${String(host)}, since ${String(since)}${where}`;
}

function factsOfServer(dataDir: string): Readonly<Record<string, unknown>> | undefined {
  try {
    return JSON.parse(readFileSync(join(dataDir, SERVER_FILE_NAME), 'utf8')) as Readonly<
      Record<string, unknown>
    >;
  } catch {
    return undefined;
  }
}
