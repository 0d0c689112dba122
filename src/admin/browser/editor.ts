import { PictureUploads } from './picture-uploads.ts';
import { wordCountText } from './word-count.ts';

/** Keeps what is typed into the editor: in this browser at once, on the server after a pause. Without it, the form works as well. */

const LOCAL_PREFIX = 'glasshouse.unsaved.';
/** Of this tab: the text that a form was sent with. */
const SENT_KEY = 'glasshouse.sent';
const LOCAL_PAUSE_MILLIS = 300;
const SERVER_PAUSE_MILLIS = 2500;
const RETRY_MILLIS = 15_000;
/** Not part of the text. */
const NOT_TYPED = new Set(['_csrf', 'draft', 'version']);
/** These make a text; others are quickly set again. */
const TEXT = ['title', 'markdown'];

interface LocalText {
  readonly post: string;
  readonly typedAtMillis: number;
  readonly fields: Readonly<Record<string, string>>;
}

function fieldsOf(form: HTMLFormElement): Record<string, string> {
  const typed: Record<string, string> = {};
  for (const [name, value] of new FormData(form))
    if (!NOT_TYPED.has(name) && typeof value === 'string') typed[name] = value.replaceAll('\r\n', '\n');
  return typed;
}

/** Storage may be blocked or full; then the server alone keeps the text. */
function inStorage<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}

function localText(key: string): LocalText | undefined {
  const value: unknown = inStorage(() => JSON.parse(localStorage.getItem(key) ?? 'null'));
  if (typeof value !== 'object' || value === null) return undefined;
  if (!('post' in value && 'typedAtMillis' in value && 'fields' in value)) return undefined;
  const { post, typedAtMillis, fields } = value;
  if (typeof post !== 'string' || typeof typedAtMillis !== 'number') return undefined;
  if (typeof fields !== 'object' || fields === null) return undefined;
  const strings = Object.entries(fields).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  );
  return { post, typedAtMillis, fields: Object.fromEntries(strings) };
}

/** The text of the form that this page answers, once it is saved; a new post has an address of its own since. */
function forgetSaved(): void {
  const sent = inStorage(() => sessionStorage.getItem(SENT_KEY)) ?? null;
  inStorage(() => sessionStorage.removeItem(SENT_KEY));
  const isSaved = /^(?:saved|copied|published|scheduled|unlisted|draft)$/.test(
    new URLSearchParams(location.search).get('done') ?? '',
  );
  if (sent !== null && isSaved) inStorage(() => localStorage.removeItem(sent));
}

class Editor {
  readonly #form: HTMLFormElement;
  readonly #status: HTMLElement;
  readonly #key: string;
  readonly #post: string;
  /** What the server has: as loaded, or as it accepted last. */
  #onServer: string;
  #localTimer = 0;
  #serverTimer = 0;
  #isSending = false;
  #isLeaving = false;
  readonly #pictures: PictureUploads | undefined;

  constructor(form: HTMLFormElement, status: HTMLElement) {
    this.#form = form;
    this.#status = status;
    this.#key = LOCAL_PREFIX + String(new FormData(form).get('draft'));
    this.#post = form.dataset['post'] ?? '';
    this.#onServer = this.#typed();
    this.#pictures = PictureUploads.in(form);
  }

  start(): void {
    this.#pictures?.start();
    this.#form.addEventListener('input', () => this.#onInput());
    this.#form.addEventListener('submit', (event) => {
      if (this.#pictures?.isRunning === true) {
        event.preventDefault();
        return this.#say('A picture is still being uploaded.');
      }
      // A preview opens beside the editor.
      const by = event.submitter;
      if (!(by instanceof HTMLButtonElement && by.formTarget === '_blank')) this.#leave();
    });
    addEventListener('keydown', (event) => {
      if (event.key.toLowerCase() !== 's' || !(event.ctrlKey || event.metaKey) || event.altKey) return;
      event.preventDefault();
      this.#form.requestSubmit();
    });
    addEventListener('beforeunload', (event) => {
      if (!this.#isLeaving && this.#typed() !== this.#onServer) event.preventDefault();
    });
    // A browser that goes back shows the page as it was left.
    addEventListener('pageshow', () => {
      this.#isLeaving = false;
      if (this.#typed() !== this.#onServer) this.#sendIn(SERVER_PAUSE_MILLIS);
    });
    document.addEventListener('visibilitychange', () => {
      if (document.visibilityState === 'hidden') void this.#send();
    });
    forgetSaved();
    this.#offerLocal();
  }

  /** What arrives after the form would be kept as a text that was not saved. */
  #leave(): void {
    this.#isLeaving = true;
    clearTimeout(this.#localTimer);
    clearTimeout(this.#serverTimer);
    this.#keepLocal();
    inStorage(() => sessionStorage.setItem(SENT_KEY, this.#key));
  }

  #typed(): string {
    return JSON.stringify(fieldsOf(this.#form));
  }

  #onInput(): void {
    this.#countWords();
    this.#say('');
    clearTimeout(this.#localTimer);
    this.#localTimer = window.setTimeout(() => this.#keepLocal(), LOCAL_PAUSE_MILLIS);
    this.#sendIn(SERVER_PAUSE_MILLIS);
  }

  #sendIn(millis: number): void {
    clearTimeout(this.#serverTimer);
    this.#serverTimer = window.setTimeout(() => void this.#send(), millis);
  }

  #countWords(): void {
    const text = this.#form.querySelector<HTMLTextAreaElement>('textarea[name=markdown]');
    const count = document.querySelector('[data-words]');
    if (text !== null && count !== null) count.textContent = wordCountText(text.value);
  }

  #keepLocal(): void {
    const text: LocalText = { post: this.#post, typedAtMillis: Date.now(), fields: fieldsOf(this.#form) };
    inStorage(() => localStorage.setItem(this.#key, JSON.stringify(text)));
  }

  async #send(): Promise<void> {
    const typed = this.#typed();
    if (typed === this.#onServer || this.#isLeaving) return;
    if (this.#isSending) return this.#sendIn(SERVER_PAUSE_MILLIS);
    this.#keepLocal();
    this.#isSending = true;
    const answer = await this.#request().catch(() => undefined);
    this.#isSending = false;
    if (answer?.status === 204) {
      this.#onServer = typed;
      // What was typed meanwhile is kept by its own timer.
      if (this.#typed() === typed) inStorage(() => localStorage.removeItem(this.#key));
      const time = new Date().toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });
      return this.#say(`Draft kept at ${time}; readers see it when you save.`);
    }
    this.#say(
      answer === undefined
        ? 'The blog does not answer. Your text is kept in this browser.'
        : answer.status === 403
          ? 'You are signed out. Your text is kept in this browser.'
          : `The blog could not keep the draft (${answer.status}). Your text is kept in this browser.`,
    );
    if (!this.#isLeaving) this.#sendIn(RETRY_MILLIS);
  }

  #request(): Promise<Response> {
    const body = new URLSearchParams();
    for (const [name, value] of new FormData(this.#form))
      if (typeof value === 'string') body.append(name, value);
    body.set('post', this.#post);
    return fetch(this.#form.dataset['autosave'] ?? '', {
      method: 'POST',
      body,
      keepalive: body.toString().length < 60_000,
    });
  }

  #say(words: string): void {
    this.#status.textContent = words;
  }

  /** What another page in this browser could not bring to the server. */
  #offerLocal(): void {
    const keys =
      inStorage(() => Object.keys(localStorage).filter((key) => key.startsWith(LOCAL_PREFIX))) ?? [];
    const shown = fieldsOf(this.#form);
    for (const key of keys) {
      const text = localText(key);
      if (text?.post !== this.#post) continue;
      if (TEXT.every((name) => (text.fields[name] ?? '') === shown[name])) {
        inStorage(() => localStorage.removeItem(key));
        continue;
      }
      this.#offer(key, text);
    }
  }

  #offer(key: string, text: LocalText): void {
    const notice = document.createElement('div');
    notice.className = 'notice unsaved';
    notice.setAttribute('role', 'status');
    const words = document.createElement('p');
    const title = text.fields['title'] ?? '';
    words.textContent = `This browser has a text that was not saved, of ${new Date(text.typedAtMillis).toLocaleString()}${title === '' ? '' : `: “${title}”`}, ${wordCountText(text.fields['markdown'] ?? '')}.`;
    const restore = buttonOf('Put it into the editor', () => {
      for (const [name, value] of Object.entries(text.fields)) {
        const field = this.#form.elements.namedItem(name);
        if (
          field instanceof HTMLInputElement ||
          field instanceof HTMLTextAreaElement ||
          field instanceof HTMLSelectElement
        )
          field.value = value;
      }
      inStorage(() => localStorage.removeItem(key));
      notice.remove();
      this.#form.dispatchEvent(new Event('input'));
    });
    const discard = buttonOf('Discard it', () => {
      inStorage(() => localStorage.removeItem(key));
      notice.remove();
    });
    notice.append(words, restore, discard);
    this.#form.before(notice);
  }
}

function buttonOf(label: string, onClick: () => void): HTMLButtonElement {
  const button = document.createElement('button');
  button.type = 'button';
  button.textContent = label;
  button.addEventListener('click', onClick);
  return button;
}

const form = document.querySelector<HTMLFormElement>('form[data-autosave]');
const status = document.querySelector<HTMLElement>('[data-autosave-status]');
if (form !== null && status !== null) new Editor(form, status).start();
