import type { LastBackup } from '../db/last-backup.ts';
import { html, type Html } from '../markup/html.ts';
import { toLocalText } from '../markup/zoned-time.ts';

/** Backups that the blog makes by itself. */
export interface BackupSchedule {
  readonly folder: string;
  readonly everyMillis: number;
  readonly keep: number;
  /** If the last one failed. */
  readonly failure: { readonly atMillis: number; readonly problem: string } | undefined;
}

export interface BackupCardOptions {
  readonly lastBackup: LastBackup | undefined;
  /** Undefined: none are scheduled. */
  readonly backupSchedule: BackupSchedule | undefined;
  readonly nowMillis: number;
  readonly timeZone: string;
}

const HOUR_MILLIS = 3_600_000;

/** The age of the last backup, and how the next one is made. */
export function backupCard(options: BackupCardOptions): Html {
  const { lastBackup, backupSchedule, nowMillis, timeZone } = options;
  const momentText = (millis: number): string => `${toLocalText(millis, timeZone)} (${timeZone})`;
  return html`<section class="card" aria-labelledby="backups">
    <h2 id="backups">Backup</h2>
    ${
      lastBackup === undefined
        ? html`<p>This blog has no backup yet.</p>`
        : html`<p>
            The last backup was made ${ageWords(nowMillis - lastBackup.atMillis)},
            ${momentText(lastBackup.atMillis)}: <code>${lastBackup.file}</code>
          </p>`
    }
    ${backupSchedule?.failure !== undefined && html`<p class="problem">The last scheduled backup failed, ${momentText(backupSchedule.failure.atMillis)}: ${backupSchedule.failure.problem}. The blog tries again after an hour.</p>`}
    ${
      backupSchedule === undefined
        ? html`<p class="hint">
            Set <code>BACKUP_FOLDER</code>, and the blog makes one every day by itself; or run
            <code>npm run backup -- FILE</code> on its machine to write everything into one file.
          </p>`
        : html`<p class="hint">
            The blog makes one ${everyWords(backupSchedule.everyMillis)} in
            <code>${backupSchedule.folder}</code> and keeps
            ${backupSchedule.keep === 1 ? 'the last one' : `the last ${backupSchedule.keep}`};
            <code>npm run restore -- FILE</code> takes one back.
          </p>`
    }
  </section>`;
}

function everyWords(millis: number): string {
  const hours = millis / HOUR_MILLIS;
  if (hours === 24) return 'a day';
  return hours === 1 ? 'an hour' : `every ${hours} hours`;
}

function ageWords(millis: number): string {
  const days = Math.floor(millis / (24 * HOUR_MILLIS));
  if (days >= 1) return days === 1 ? 'a day ago' : `${days} days ago`;
  const hours = Math.floor(millis / HOUR_MILLIS);
  if (hours >= 1) return hours === 1 ? 'an hour ago' : `${hours} hours ago`;
  return 'within the last hour';
}
