import { partsOf, patched, type Delta } from './delta.ts';
import { morphChildren } from './morph.ts';

/** Live updates: fragments arrive as server-sent events and are morphed in place, so open, focused and hovered elements stay. */

/** Polling interval without a stream. */
const POLL_MILLIS = 5000;
/** Retry interval of a refused stream. */
const RETRY_MILLIS = 60_000;
/** A stream that is not open by then is buffered by a proxy. */
const OPEN_MILLIS = 8000;

type State = 'live' | 'paused' | 'polling' | 'away';
const WORDS: Readonly<Record<State, string>> = {
  live: 'Live · pause',
  paused: 'Paused · resume',
  polling: `Every ${POLL_MILLIS / 1000} s · pause`,
  away: 'Not connected · retrying',
};

class LiveView {
  readonly #page: HTMLElement;
  readonly #address: string;
  readonly #button = document.createElement('button');
  /** The newest fragment of each target. */
  readonly #waiting = new Map<string, string>();
  /** The text of each target as the stream sent it, as it sends only changes. */
  readonly #received = new Map<string, string>();
  /** The server's current interval between updates. */
  #seconds = 1;
  #updates = 0;
  #state: State = 'live';
  #paused = false;
  /** Of the sentence when it was drawn or last opened, at this width of the window; 0 if unknown. */
  #leadHeight = 0;
  #source: EventSource | undefined;
  #late: ReturnType<typeof setTimeout> | undefined;
  #poll: ReturnType<typeof setTimeout> | undefined;
  #retry: ReturnType<typeof setTimeout> | undefined;

  constructor(page: HTMLElement, address: string) {
    this.#page = page;
    this.#address = address;
    this.#button.type = 'button';
    this.#button.addEventListener('click', () => this.#turn());
    const place = document.getElementById('live-control');
    place?.replaceChildren(this.#button);
    addEventListener('resize', () => this.#openLead());
    page.addEventListener('click', ({ target }) => this.#onLead(target, '.lead-more'));
    page.addEventListener('focusin', ({ target }) => this.#onLead(target, '.lead a'));
    for (const event of ['pointermove', 'pointerout'] as const)
      document.addEventListener(event, () => this.#apply(), { passive: true });
    // Hidden pages need no updates.
    document.addEventListener('visibilitychange', () => (document.hidden ? this.#stop() : this.start()));
  }

  /** While paused, updates are counted and held back. */
  #turn(): void {
    this.#paused = !this.#paused;
    this.#apply();
    this.#show();
  }

  #show(state: State = this.#state): void {
    this.#state = state;
    const shown = this.#paused ? 'paused' : state;
    this.#button.className = `live-button ${shown}`;
    const pace =
      shown === 'live' && this.#seconds > 1 ? `Live, every ${this.#seconds} s · pause` : WORDS[shown];
    this.#button.textContent = `${pace}${this.#updates > 0 ? ` · ${this.#updates} new` : ''}`;
    this.#button.setAttribute('aria-pressed', String(this.#paused));
  }

  /** True while an update would move a hovered row, drop a selection or change a form in use. */
  #isHeld(): boolean {
    return (
      this.#paused ||
      this.#page.querySelector('tbody tr:hover') !== null ||
      document.documentElement.classList.contains('selecting') ||
      String(getSelection()) !== '' ||
      document.activeElement?.closest('form') instanceof HTMLFormElement
    );
  }

  #apply(): void {
    if (this.#waiting.size === 0 || this.#isHeld()) return;
    if (this.#leadHeight === 0) this.#leadHeight = this.#lead?.offsetHeight ?? 0;
    for (const [target, markup] of this.#waiting) {
      const old = document.getElementById(target);
      if (old === null) continue;
      const fresh = document.createElement('div');
      fresh.innerHTML = markup;
      morphChildren(old, fresh);
    }
    this.#waiting.clear();
    this.#updates = 0;
    this.#keepLead();
    this.#show();
  }

  get #lead(): HTMLElement | null {
    return this.#page.querySelector<HTMLElement>('.lead.moving');
  }

  /** The sentence keeps its height, so that what is below stays where it is; what has no room is shown on demand. */
  #keepLead(): void {
    const lead = this.#lead;
    const more = lead?.querySelector<HTMLElement>('.lead-more');
    if (!lead || !more || this.#leadHeight === 0) return;
    lead.style.height = `${this.#leadHeight}px`;
    more.hidden = lead.scrollHeight <= this.#leadHeight + 1;
  }

  #openLead(): void {
    const lead = this.#lead;
    this.#leadHeight = 0;
    lead?.style.removeProperty('height');
    lead?.querySelector('.lead-more')?.setAttribute('hidden', '');
  }

  /** By the button, or by the keyboard when a link has no room. */
  #onLead(target: EventTarget | null, selector: string): void {
    const isCut = this.#lead?.querySelector('.lead-more:not([hidden])') instanceof HTMLElement;
    if (isCut && target instanceof Element && target.matches(selector)) this.#openLead();
  }

  #receive(fragments: ReadonlyMap<string, string>): void {
    for (const [target, markup] of fragments) this.#waiting.set(target, markup);
    if (fragments.has('page')) this.#updates += 1;
    this.#apply();
    this.#show();
  }

  #receiveChanges(deltas: Readonly<Record<string, Delta>>): void {
    const fragments = new Map<string, string>();
    for (const [target, delta] of Object.entries(deltas))
      fragments.set(target, patched(partsOf(this.#received.get(target) ?? ''), delta));
    for (const [target, markup] of fragments) this.#received.set(target, markup);
    this.#receive(fragments);
  }

  start(): void {
    this.#stop();
    if (document.hidden) return;
    const source = new EventSource(this.#address);
    this.#source = source;
    source.addEventListener('moment', ({ data }: MessageEvent<string>) =>
      this.#receiveChanges(JSON.parse(data) as Record<string, Delta>),
    );
    source.addEventListener('pace', ({ data }: MessageEvent<string>) => {
      this.#seconds = Number(data);
      this.#show();
    });
    source.addEventListener('open', () => {
      clearTimeout(this.#late);
      this.#show('live');
    });
    source.addEventListener('error', () => {
      if (source !== this.#source) return;
      // The browser reconnects after a broken connection, with Last-Event-ID; a refusal is final.
      if (source.readyState === EventSource.CLOSED) this.#fallBack();
      else {
        this.#show('away');
        this.#expectOpen(source);
      }
    });
    this.#expectOpen(source);
    this.#show('live');
  }

  #expectOpen(source: EventSource): void {
    clearTimeout(this.#late);
    this.#late = setTimeout(() => {
      if (source === this.#source && source.readyState === EventSource.CONNECTING) this.#fallBack();
    }, OPEN_MILLIS);
  }

  #stop(): void {
    this.#source?.close();
    this.#source = undefined;
    clearTimeout(this.#late);
    clearTimeout(this.#poll);
    clearTimeout(this.#retry);
  }

  /** Polls the whole page, and retries the stream after a while. */
  #fallBack(): void {
    this.#stop();
    this.#show('polling');
    this.#poll = setTimeout(() => void this.#ask(), POLL_MILLIS);
    this.#retry = setTimeout(() => this.start(), RETRY_MILLIS);
  }

  async #ask(): Promise<void> {
    const asked = this.#retry;
    try {
      const answer = await fetch(location.href, { headers: { accept: 'text/html' }, redirect: 'error' });
      const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html');
      if (asked !== this.#retry) return;
      const parts = ['rail', 'page'].map(
        (target) => [target, fresh.getElementById(target)?.innerHTML] as const,
      );
      this.#receive(
        new Map(parts.filter((part): part is readonly [string, string] => part[1] !== undefined)),
      );
      this.#show('polling');
    } catch {
      if (asked === this.#retry) this.#show('away');
    }
    if (asked === this.#retry) this.#poll = setTimeout(() => void this.#ask(), POLL_MILLIS);
  }
}

const page = document.getElementById('page');
const address = page?.dataset['live'];
if (page && address !== undefined) new LiveView(page, address).start();
