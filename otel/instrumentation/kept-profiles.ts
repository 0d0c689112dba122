import { inflateRawSync } from 'node:zlib';
import type { HeldFacts, Taken } from '../base/profile-facts.ts';

/** One that was asked for. */
type Asked = Pick<Taken, 'id' | 'startedMillis' | 'seconds'>;

/** The last few profiles of a kind, in memory, and why the newest came to nothing, if it did. */
export class KeptProfiles<Summary extends object> {
  readonly #max: number;
  readonly #kept: { readonly profile: Summary & Taken; readonly file: Uint8Array | undefined }[] = [];
  #failed: HeldFacts<never>['failed'];

  constructor(max: number) {
    this.#max = max;
  }

  /** @param file Deflated; undefined if it is too large. */
  keep({ id, startedMillis, seconds }: Asked, summary: Summary, file: Uint8Array | undefined): void {
    const profile = { ...summary, id, startedMillis, seconds, hasFile: file !== undefined };
    this.#kept.unshift({ profile, file });
    this.#kept.length = Math.min(this.#kept.length, this.#max);
    this.#failed = undefined;
  }

  fail({ startedMillis }: Asked, reason: string): void {
    this.#failed = { startedMillis, reason };
  }

  facts(unavailable: string | undefined, running: Asked | undefined): HeldFacts<Summary & Taken> {
    return {
      unavailable,
      running: running && { startedMillis: running.startedMillis, seconds: running.seconds },
      failed: this.#failed,
      kept: this.#kept.map(({ profile }) => profile),
      maxKept: this.#max,
    };
  }

  /** Undefined if it is not held. */
  file(id: number): string | undefined {
    const file = this.#kept.find(({ profile }) => profile.id === id)?.file;
    return file && inflateRawSync(file).toString();
  }
}
