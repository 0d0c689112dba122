import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import SqliteDatabase from 'better-sqlite3';
import { LOCK_FILE_NAME, SERVER_FILE_NAME } from './data-files.ts';
import { storageFailureOf } from './storage-failure.ts';

/** How long to wait for the lock, as `servedAddress` briefly holds it without being a server. */
const LOCK_WAIT_MILLIS = 200;

/** Another server uses these data. */
export class ServedDatabaseError extends Error {
  readonly isForPeople = true;
  constructor(dataDir: string) {
    super(
      `${resolve(dataDir)} is in use by ${holder(dataDir)}. Stop it first, or set DATA_DIR to another folder.`,
    );
    this.name = 'ServedDatabaseError';
  }
}

export interface ServerLock {
  /** Records the server's address, for other processes. */
  announce(address: string): void;
  release(): void;
}

/**
 * Takes the server's lock on its data; throws ServedDatabaseError if it is taken. It is an operating-system lock on an empty SQLite
 * file, so it ends with its process. Commands work beside it.
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
      // Information only; the lock works without it, also on a full disk.
      if (storageFailureOf(error) === undefined) throw error;
    }
  };
  announce();
  return {
    announce,
    release: () => void lock.close(),
  };
}

/** The address of a running server; undefined if there is none or it is unknown. */
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

/** Describes the holder of the lock, as far as known. */
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
