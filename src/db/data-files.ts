/** The blog's file inside DATA_DIR. */
export const DATABASE_FILE_NAME = 'glasshouse.db';
/** Locked for as long as a server runs. */
export const LOCK_FILE_NAME = 'glasshouse.lock';
/** Who holds the lock. */
export const SERVER_FILE_NAME = 'glasshouse.server.json';
/** The folder of media files inside DATA_DIR. */
export const MEDIA_FOLDER_NAME = 'media';
/** The past of telemetry; otel/config.ts names it. */
export const HISTORY_FILE_NAME = 'telemetry.sqlite';

/** Whether the blog made what has this name in DATA_DIR. */
export function isBlogFile(name: string): boolean {
  return name === MEDIA_FOLDER_NAME || /^(?:glasshouse\.|telemetry\.sqlite|media\.before-)/.test(name);
}
