import type { Marker } from '../query.ts';

/** More in a month than anybody reads; ~200 bytes each. */
const MAX_MARKERS = 500;
const MAX_LABEL_CHARS = 300;

/** What charts mark: starts, changed settings, steps of the clock. Bounded; the oldest go first. */
export class Markers {
  readonly #maxMarkers: number;
  #markers: Marker[] = [];

  constructor(maxMarkers = MAX_MARKERS) {
    this.#maxMarkers = maxMarkers;
  }

  /** Nobody has to add them in order: those of earlier processes come last. */
  add({ atMillis, kind, label }: Marker): void {
    this.#markers.push({ atMillis, kind, label: label.slice(0, MAX_LABEL_CHARS) });
    this.#markers.sort((a, b) => a.atMillis - b.atMillis);
    if (this.#markers.length > this.#maxMarkers) this.#markers.shift();
  }

  /** Oldest first. */
  all(): readonly Marker[] {
    return this.#markers;
  }
}
