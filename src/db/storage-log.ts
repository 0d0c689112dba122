import type { Logger } from 'pino';

/** Logs one line when the database's files are gone, and one when they are back. */
export function storageLog(log: Pick<Logger, 'error' | 'warn'>): (problem: string | undefined) => void {
  return (problem) => {
    if (problem === undefined)
      log.warn({ event: 'storage.back' }, "the database's files are back; writes are accepted again");
    else
      log.error(
        { event: 'storage.gone', problem },
        'writes are refused, as they would be lost. Put the files back or restore a backup, then restart the blog',
      );
  };
}
