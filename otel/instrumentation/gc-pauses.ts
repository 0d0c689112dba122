import { constants, type PerformanceEntry } from 'node:perf_hooks';
import { DurationSketch } from '../aggregate/duration-sketch.ts';

/** `v8js.gc.type` by Node's kind. */
const TYPES: Readonly<Record<number, string>> = {
  [constants.NODE_PERFORMANCE_GC_MAJOR]: 'major',
  [constants.NODE_PERFORMANCE_GC_MINOR]: 'minor',
  [constants.NODE_PERFORMANCE_GC_INCREMENTAL]: 'incremental',
  [constants.NODE_PERFORMANCE_GC_WEAKCB]: 'weakcb',
};

/** A performance entry of type gc. */
export type GcPause = Pick<PerformanceEntry, 'duration'> & { readonly detail?: unknown };

/** True after a full collection: what is left then is in use. */
export function isMajor({ detail }: GcPause): boolean {
  return kindOf(detail) === constants.NODE_PERFORMANCE_GC_MAJOR;
}

function kindOf(detail: unknown): number {
  const { kind = 0 } = (detail ?? {}) as { readonly kind?: number };
  return kind;
}

/** Durations of garbage collections by type, since start. */
export class GcPauses {
  readonly #types = new Map<string, DurationSketch>();

  add({ detail, duration }: GcPause): void {
    const type = TYPES[kindOf(detail)] ?? 'other';
    let durations = this.#types.get(type);
    if (durations === undefined) this.#types.set(type, (durations = new DurationSketch()));
    durations.add(duration * 1e6);
  }

  types(): readonly (readonly [type: string, durations: DurationSketch])[] {
    return [...this.#types];
  }
}
