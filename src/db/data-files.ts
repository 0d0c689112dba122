/** The blog's database inside DATA_DIR. */
export const DATABASE_FILE_NAME = 'glasshouse.db';
/** Locked while a server runs. */
export const LOCK_FILE_NAME = 'glasshouse.lock';
/** Describes the holder of the lock. */
export const SERVER_FILE_NAME = 'glasshouse.server.json';
/** The folder of media files inside DATA_DIR. */
export const MEDIA_FOLDER_NAME = 'media';
/** Counts of readers; not in backups. */
export const READERS_FILE_NAME = 'glasshouse.readers.sqlite';
/** The telemetry history; otel/config.ts sets the name, and that of the log lines beside it. */
export const HISTORY_FILE_NAME = 'telemetry.sqlite';

/** Returns true for names in DATA_DIR that the blog creates. */
export function isBlogFile(name: string): boolean {
  return (
    name === MEDIA_FOLDER_NAME || /^(?:glasshouse\.|telemetry(?:-logs)?\.sqlite|media\.before-)/.test(name)
  );
}
