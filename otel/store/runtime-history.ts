import type { MemoryFloor, RuntimeSample, TimeRange } from '../query.ts';
import type { HistoryFile } from './history-file.ts';
import type { HistoryPart } from './history-part.ts';
import { floorsByProcess, type FloorsOfProcess, memoryFloors } from './memory-floors.ts';
import { mergedSample, sampleCourse } from './merged-samples.ts';
import { contains } from '../base/time-range.ts';
import { PackedSamples } from './packed-samples.ts';

/** A day at the default interval of 30 s. */
const MAX_FINE = 2880;
/** 30 days. */
const MAX_COARSE = 2880;
const COARSE_MILLIS = 900_000;
const [FINE, COARSE] = [0, 1] as const;
const DEFAULT_POINTS = 120;
/** A page reads its clock before it queries, and rendering takes time: a range that ended this recently ends now. */
const NOW_MILLIS = 2000;

/**
 * Runtime samples of this and earlier processes: one day as taken, 30 days per quarter of an hour, in memory and in the history file; both bounded
 * by number.
 */
export class RuntimeHistory implements HistoryPart {
  readonly #fine = new PackedSamples(MAX_FINE);
  readonly #coarse = new PackedSamples(MAX_COARSE);
  /** Of the quarter of an hour in progress. */
  #open: RuntimeSample | undefined;
  readonly #unsaved: { readonly tier: number; readonly sample: RuntimeSample }[] = [];
  #isKeptOnDisk = false;
  /** As of the newest sample. */
  #floors:
    | { readonly added: number; readonly newestMillis: number; readonly floors: readonly MemoryFloor[] }
    | undefined;

  #byProcess: { readonly added: number; readonly floors: ReadonlyMap<number, FloorsOfProcess> } | undefined;

  record(sample: RuntimeSample): void {
    this.#fine.add(sample);
    this.#save(FINE, sample);
    if (this.#open !== undefined && cellOf(this.#open) !== cellOf(sample)) this.#closeCell();
    this.#open = this.#open === undefined ? sample : mergedSample([this.#open, sample]);
  }

  /** Oldest first; `current` is appended if the range ends now. */
  samples(range: TimeRange, current: RuntimeSample, maxPoints = DEFAULT_POINTS): readonly RuntimeSample[] {
    const found = this.#covering(range).filter(({ atMillis }) => contains(range, atMillis));
    if (range.toMillis > current.atMillis - NOW_MILLIS && range.fromMillis < current.atMillis)
      found.push(current);
    return sampleCourse(found, range, maxPoints);
  }

  /** Of a day at most; read anew once per sample. */
  floors({ toMillis }: TimeRange): readonly MemoryFloor[] {
    const { added } = this.#fine;
    const known = this.#floors;
    if (known?.added === added && toMillis >= known.newestMillis) return known.floors;
    const samples = this.#fine.floorSamples();
    const floors = memoryFloors(samples, toMillis);
    const newestMillis = samples.at(-1)?.atMillis ?? 0;
    if (toMillis >= newestMillis) this.#floors = { added, newestMillis, floors };
    return floors;
  }

  /** Of every process by its start, for 30 days; read anew once per sample. */
  floorsByProcess(): ReadonlyMap<number, FloorsOfProcess> {
    const { added } = this.#fine;
    if (this.#byProcess?.added !== added) {
      const open = this.#open === undefined ? [] : [this.#open];
      const floors = floorsByProcess(this.#fine.floorSamples(), [...this.#coarse.floorSamples(), ...open]);
      this.#byProcess = { added, floors };
    }
    return this.#byProcess.floors;
  }

  get bytes(): number {
    return this.#fine.bytes + this.#coarse.bytes;
  }

  restore(file: HistoryFile): void {
    this.#isKeptOnDisk = true;
    // Samples taken before the file was opened stay the newest.
    const taken = [...this.#fine.values()];
    const fine = file.runtimeSamples.newest(FINE, MAX_FINE - taken.length);
    const coarse = file.runtimeSamples.newest(COARSE, MAX_COARSE);
    const ended = leftOpen(fine, coarse);
    this.#fine.clear();
    this.#floors = undefined;
    this.#byProcess = undefined;
    for (const sample of [...fine, ...taken]) this.#fine.add(sample);
    for (const sample of [...coarse, ...ended].sort((a, b) => a.atMillis - b.atMillis))
      this.#coarse.add(sample);
    for (const sample of ended) this.#save(COARSE, sample);
    this.#unsaved.push(...taken.map((sample) => ({ tier: FINE, sample })));
  }

  write(file: HistoryFile): void {
    if (this.#unsaved.length === 0) return;
    file.transaction(() => {
      for (const { tier, sample } of this.#unsaved) file.runtimeSamples.save(tier, sample);
      file.runtimeSamples.bound(FINE, MAX_FINE);
      file.runtimeSamples.bound(COARSE, MAX_COARSE);
    });
    this.#unsaved.length = 0;
  }

  close(file: HistoryFile): void {
    this.#closeCell();
    this.write(file);
  }

  /** The finer samples if they reach back as far as any. */
  #covering({ fromMillis }: TimeRange): RuntimeSample[] {
    const fine = [...this.#fine.values()];
    const reach = fine[0]?.fromMillis ?? Infinity;
    if (fromMillis >= reach || this.#coarse.size === 0) return fine;
    const coarse = [...this.#coarse.values()];
    if (coarse[0]!.fromMillis >= reach) return fine;
    return this.#open === undefined ? coarse : [...coarse, this.#open];
  }

  #closeCell(): void {
    if (this.#open === undefined) return;
    this.#coarse.add(this.#open);
    this.#save(COARSE, this.#open);
    this.#open = undefined;
  }

  #save(tier: number, sample: RuntimeSample): void {
    if (!this.#isKeptOnDisk) return;
    this.#unsaved.push({ tier, sample });
    // The file could not be written for a day.
    if (this.#unsaved.length > MAX_FINE) this.#unsaved.shift();
  }
}

/** Quarters of an hour that a killed process did not close. */
function leftOpen(
  fine: readonly RuntimeSample[],
  coarse: readonly RuntimeSample[],
): readonly RuntimeSample[] {
  const keyOf = (sample: RuntimeSample): string => `${sample.processStartedAtMillis} ${cellOf(sample)}`;
  const closed = new Set(coarse.map(keyOf));
  const parts = Map.groupBy(fine, keyOf);
  return [...parts].flatMap(([key, samples]) => (closed.has(key) ? [] : [mergedSample(samples)]));
}

function cellOf({ atMillis }: RuntimeSample): number {
  return Math.floor(atMillis / COARSE_MILLIS);
}
