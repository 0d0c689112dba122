import type { Logger } from 'pino';

/** One line when the database's files are no longer where they were, and one when they are back. */
export function storageLog(log: Pick<Logger, 'error' | 'warn'>): (problem: string | undefined) => void {
  return (problem) => {
    if (problem === undefined)
      log.warn({ event: 'storage.back' }, "the database's files are back; writes are taken again");
    else
      log.error(
        { event: 'storage.gone', problem },
        'writes are refused: what is saved now would be lost. Put the files back, or restore a backup, and start again',
      );
  };
}
