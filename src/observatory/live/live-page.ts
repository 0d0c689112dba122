import { createHash } from 'node:crypto';
import { deltaOf, partsOf, type Delta } from '../browser/delta.ts';
import { MIN_INTERVAL_MILLIS } from './live-pace.ts';

/** The fragments of a page: name to markup. */
export type Fragments = Readonly<Record<string, string>>;
/** Draws a page in steps, one per turn of the event loop. Pages drawn after the same change may share common parts. */
export type DrawPage = (change: number) => Iterator<unknown, Fragments>;

/** Limit per viewer before compression (to about a seventh): 4 kB/s over the line. */
const MAX_CHARACTERS_PER_SECOND = 25_000;

/** The latest state of a page that has viewers. */
export class LivePage {
  readonly address: string;
  readonly draw: DrawPage;
  /** True if telemetry changed since it was drawn. */
  isStale = true;
  drawnMillis = -Infinity;
  moment: Moment | undefined;
  /** The pause that the size of the last update requires. */
  restMillis = 0;
  #fragments: Fragments = {};

  constructor(address: string, draw: DrawPage) {
    this.address = address;
    this.draw = draw;
  }

  get dueMillis(): number {
    return this.drawnMillis + Math.max(MIN_INTERVAL_MILLIS, this.restMillis);
  }

  /** Stores the drawn fragments; the moment stays the same if nothing changed. */
  show(fragments: Fragments): void {
    const id = createHash('sha256').update(JSON.stringify(fragments)).digest('base64url').slice(0, 16);
    if (id === this.moment?.id) return;
    const before = this.#fragments;
    const changes: Record<string, Delta> = {};
    for (const [target, text] of Object.entries(fragments))
      if (text !== before[target]) changes[target] = deltaOf(partsOf(before[target] ?? ''), partsOf(text));
    const event = eventOf(id, changes);
    this.restMillis = this.moment === undefined ? 0 : (event.length / MAX_CHARACTERS_PER_SECOND) * 1000;
    this.moment = new Moment(id, this.moment?.id, event, fragments);
    this.#fragments = fragments;
  }
}

/** One state of a page: complete, and as changes since the previous one. */
export class Moment {
  readonly id: string;
  /** Id of the moment that `changes` apply to. */
  readonly before: string | undefined;
  readonly changes: string;
  readonly #fragments: Fragments;
  #whole: string | undefined;

  constructor(id: string, before: string | undefined, changes: string, fragments: Fragments) {
    this.id = id;
    this.before = before;
    this.changes = changes;
    this.#fragments = fragments;
  }

  get whole(): string {
    return (this.#whole ??= eventOf(
      this.id,
      Object.fromEntries(Object.entries(this.#fragments).map(([target, text]) => [target, [text]])),
    ));
  }
}

/** One event on one line, so that a viewer gets a moment completely or not at all. */
export function eventOf(id: string, deltas: Readonly<Record<string, Delta>>): string {
  return `id: ${id}\nevent: moment\ndata: ${JSON.stringify(deltas)}\n\n`;
}
