import type { RollUpSource } from '../aggregate/roll-ups.ts';
import type { RollUpArchive } from './roll-up-archive.ts';

/** Heartbeat interval of a process that counts nothing. */
const SIGN_INTERVAL_MILLIS = 5000;

/** Records in the file how far this process has counted: whenever that changes, and as a heartbeat. */
export class CountsProgress {
  readonly #rollUps: Pick<RollUpSource, 'owner' | 'completeMillis'>;
  #completeMillis: number | undefined;
  #toldMillis = -Infinity;

  constructor(rollUps: Pick<RollUpSource, 'owner' | 'completeMillis'>) {
    this.#rollUps = rollUps;
  }

  record(archive: Pick<RollUpArchive, 'see'>, nowMillis: number): void {
    const completeMillis = this.#rollUps.completeMillis();
    // Some counts are still queued.
    if (completeMillis === undefined) return;
    const isSilent = Math.abs(nowMillis - this.#toldMillis) >= SIGN_INTERVAL_MILLIS;
    if (completeMillis === this.#completeMillis && !isSilent) return;
    archive.see(this.#rollUps.owner, completeMillis, nowMillis);
    this.#completeMillis = completeMillis;
    this.#toldMillis = nowMillis;
  }
}
