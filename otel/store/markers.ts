import type { Marker } from '../query.ts';
import type { HistoryFile } from './history-file.ts';
import type { HistoryPart } from './history-part.ts';

/** More than anybody reads in a month; ~200 bytes each. */
const MAX_MARKERS = 500;
/** Kinds that may be marked without end, and how many of each are kept: so they remove no settings change. */
export const REPEATED_KINDS = ['event', 'shedding'] as const satisfies readonly Marker['kind'][];
export const MAX_REPEATED = 200;
const MAX_LABEL_CHARS = 300;

/** Chart markers other than starts: changed settings, clock steps, shedding, events of the app. In memory and in the history file; bounded, oldest removed first. */
export class Markers implements HistoryPart {
  readonly #maxMarkers: number;
  readonly #markers: Marker[] = [];
  readonly #unsaved: Marker[] = [];

  constructor(maxMarkers = MAX_MARKERS) {
    this.#maxMarkers = maxMarkers;
  }

  /** Order does not matter: those of earlier processes are added last. */
  add({ atMillis, kind, label }: Marker): void {
    const marker = { atMillis, kind, label: label.slice(0, MAX_LABEL_CHARS) };
    this.#place(marker);
    this.#unsaved.push(marker);
    this.#bound(this.#unsaved);
  }

  /** Adds an event of the app. */
  mark(label: string, atMillis: number): void {
    this.add({ atMillis, kind: 'event', label: label.replaceAll(/[\p{Cc}\p{Cf}\s]+/gu, ' ').trim() });
  }

  /** Oldest first. */
  all(): readonly Marker[] {
    return this.#markers;
  }

  restore(file: HistoryFile): void {
    for (const marker of file.runs.markers(this.#maxMarkers)) this.#place(marker);
  }

  write(file: HistoryFile): void {
    while (this.#unsaved.length > 0) {
      file.runs.addMarker(this.#unsaved[0]!);
      this.#unsaved.shift();
    }
  }

  close(file: HistoryFile): void {
    this.write(file);
  }

  #place(marker: Marker): void {
    this.#markers.push(marker);
    this.#markers.sort((a, b) => a.atMillis - b.atMillis);
    this.#bound(this.#markers);
  }

  /** Called after each addition. */
  #bound(markers: Marker[]): void {
    for (const repeated of REPEATED_KINDS) {
      const found = markers.filter(({ kind }) => kind === repeated);
      if (found.length > MAX_REPEATED) markers.splice(markers.indexOf(found[0]!), 1);
    }
    if (markers.length > this.#maxMarkers) markers.shift();
  }
}
