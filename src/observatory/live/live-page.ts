import { createHash } from 'node:crypto';
import { deltaOf, partsOf, type Delta } from '../browser/delta.ts';
import { MIN_INTERVAL_MILLIS } from './live-pace.ts';

/** What a viewer is shown, as events: name to markup. */
export type Fragments = Readonly<Record<string, string>>;
/** Draws a page in steps, a turn of the event loop each. Pages drawn after the same change may share what they have in common. */
export type DrawPage = (change: number) => Iterator<unknown, Fragments>;

/** What one viewer is sent, before it is compressed to some seventh of that: 4 kB/s over the line. */
const MAX_CHARACTERS_PER_SECOND = 25_000;

/** The newest moment of a page that somebody looks at. */
export class LivePage {
  readonly address: string;
  readonly draw: DrawPage;
  /** Something happened since it was drawn. */
  isStale = true;
  drawnMillis = -Infinity;
  moment: Moment | undefined;
  /** How long what was sent last lasts, at that. */
  restMillis = 0;
  #fragments: Fragments = {};

  constructor(address: string, draw: DrawPage) {
    this.address = address;
    this.draw = draw;
  }

  get dueMillis(): number {
    return this.drawnMillis + Math.max(MIN_INTERVAL_MILLIS, this.restMillis);
  }

  /** Takes what was drawn; the moment stays where nothing changed. */
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

/** One moment of a page, for viewers who have nothing of it and for those who have the moment before. */
export class Moment {
  readonly id: string;
  /** Id of the moment that `changes` start from. */
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

/** One event, in one line: a viewer has all of a moment or nothing of it. */
export function eventOf(id: string, deltas: Readonly<Record<string, Delta>>): string {
  return `id: ${id}\nevent: moment\ndata: ${JSON.stringify(deltas)}\n\n`;
}
