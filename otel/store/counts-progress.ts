import type { RollUpSource } from '../aggregate/roll-ups.ts';
import type { RollUpArchive } from './roll-up-archive.ts';

/** How often at least a process that counts nothing gives a sign of life. */
const SIGN_INTERVAL_MILLIS = 5000;

/** Says in the file how far this process has counted: when that has changed, and as a sign of life. */
export class CountsProgress {
  readonly #rollUps: Pick<RollUpSource, 'owner' | 'completeMillis'>;
  #completeMillis: number | undefined;
  #toldMillis = -Infinity;

  constructor(rollUps: Pick<RollUpSource, 'owner' | 'completeMillis'>) {
    this.#rollUps = rollUps;
  }

  tell(archive: Pick<RollUpArchive, 'see'>, nowMillis: number): void {
    const completeMillis = this.#rollUps.completeMillis();
    // Some of it waits to be written.
    if (completeMillis === undefined) return;
    const isSilent = Math.abs(nowMillis - this.#toldMillis) >= SIGN_INTERVAL_MILLIS;
    if (completeMillis === this.#completeMillis && !isSilent) return;
    archive.see(this.#rollUps.owner, completeMillis, nowMillis);
    this.#completeMillis = completeMillis;
    this.#toldMillis = nowMillis;
  }
}
