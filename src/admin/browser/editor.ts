import { addMarkdownKeys } from './markdown-keys.ts';
import { buttonOf } from './picture-choice.ts';
import { PictureUploads } from './picture-uploads.ts';
import { completeEachTag } from './tag-suggestions.ts';
import { wordCountText } from './word-count.ts';

/** Keeps what is typed into the editor, while it is typed: in this browser, then on the server. Without it, the form works as well. */

const LOCAL_PREFIX = 'glasshouse.unsaved.';
/** Of this tab: the text that a form was sent with, and where in it the owner was. */
const SENT_KEY = 'glasshouse.sent';
const PLACE_KEY = 'glasshouse.place';
/** From the first change on: who types without a pause loses no more than this. */
const LOCAL_MILLIS = 300;
const SERVER_MILLIS = 2500;
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

function takeOfTab(key: string): string | undefined {
  return inStorage(() => {
    const value = sessionStorage.getItem(key);
    sessionStorage.removeItem(key);
    return value ?? undefined;
  });
}

/** The text of the form that this page answers, once it is saved; a new post has an address of its own since. */
function forgetSaved(text: HTMLTextAreaElement | null): void {
  const sent = takeOfTab(SENT_KEY);
  const place = takeOfTab(PLACE_KEY);
  const done = new URLSearchParams(location.search).get('done') ?? '';
  if (sent === undefined || !/^(?:saved|copied|published|scheduled|unlisted|draft)$/.test(done)) return;
  inStorage(() => localStorage.removeItem(sent));
  if (text === null || place === undefined) return;
  const [start = 0, end = 0, scrollTop = 0, hasFocus = 0] = place.split(' ').map(Number);
  text.setSelectionRange(start, end);
  if (hasFocus === 1) text.focus({ preventScroll: true });
  text.scrollTop = scrollTop;
}

class Editor {
  readonly #form: HTMLFormElement;
  readonly #status: HTMLElement;
  /** Of what is typed here, in this browser's storage. */
  #key: string;
  readonly #post: string;
  readonly #text: HTMLTextAreaElement | null;
  /** What the server has: as loaded, or as it accepted last. */
  #onServer: string;
  #localTimer = 0;
  #serverTimer = 0;
  #serverDueMillis = Infinity;
  #isSending = false;
  /** The blog did not answer the last time. */
  #isAway = false;
  #isLeaving = false;
  readonly #pictures: PictureUploads | undefined;

  constructor(form: HTMLFormElement, status: HTMLElement) {
    this.#form = form;
    this.#status = status;
    this.#key = LOCAL_PREFIX + String(new FormData(form).get('draft'));
    this.#post = form.dataset['post'] ?? '';
    this.#text = form.querySelector('textarea[name=markdown]');
    this.#onServer = this.#typed();
    this.#pictures = PictureUploads.in(form);
  }

  start(): void {
    this.#pictures?.start();
    if (this.#text !== null) addMarkdownKeys(this.#text);
    const tags = this.#form.elements.namedItem('tags');
    if (tags instanceof HTMLInputElement) completeEachTag(tags);
    this.#form.addEventListener('input', () => this.#onInput());
    this.#form.addEventListener('submit', (event) => this.#onSubmit(event));
    addEventListener('keydown', (event) => {
      if (event.key.toLowerCase() !== 's' || !(event.ctrlKey || event.metaKey) || event.altKey) return;
      event.preventDefault();
      this.#form.requestSubmit();
    });
    addEventListener('beforeunload', (event) => {
      if (!this.#isLeaving && this.#typed() !== this.#onServer) event.preventDefault();
    });
    // A browser that goes back shows the page as it was left, or loads it and then fills the form.
    addEventListener('pageshow', ({ persisted }) => {
      this.#isLeaving = false;
      if (!persisted) this.#offerLocal();
      this.#countWords();
      if (this.#typed() !== this.#onServer) this.#sendIn(SERVER_MILLIS);
    });
    document.addEventListener('visibilitychange', () => {
      if (document.visibilityState === 'hidden') void this.#send();
    });
    forgetSaved(this.#text);
  }

  #onSubmit(event: SubmitEvent): void {
    if (this.#pictures?.isRunning === true) {
      event.preventDefault();
      return this.#say('A picture is still being uploaded.');
    }
    const by = event.submitter;
    if (this.#isAway) {
      // The browser would show its own error instead of the text.
      event.preventDefault();
      return void this.#send().then(() => {
        if (!this.#isAway) this.#form.requestSubmit(by);
      });
    }
    // A preview opens beside the editor.
    if (!(by instanceof HTMLButtonElement && by.formTarget === '_blank')) this.#leave();
  }

  /** What arrives after the form would be kept as a text that was not saved. */
  #leave(): void {
    this.#isLeaving = true;
    clearTimeout(this.#serverTimer);
    this.#serverDueMillis = Infinity;
    this.#keepLocal();
    inStorage(() => sessionStorage.setItem(SENT_KEY, this.#key));
    if (this.#text === null) return;
    const { selectionStart, selectionEnd, scrollTop } = this.#text;
    const hasFocus = document.activeElement === this.#text ? 1 : 0;
    const place = [selectionStart, selectionEnd, scrollTop, hasFocus].join(' ');
    inStorage(() => sessionStorage.setItem(PLACE_KEY, place));
  }

  #typed(): string {
    return JSON.stringify(fieldsOf(this.#form));
  }

  #onInput(): void {
    this.#say('');
    if (this.#localTimer === 0) this.#localTimer = window.setTimeout(() => this.#keepLocal(), LOCAL_MILLIS);
    this.#sendIn(SERVER_MILLIS);
  }

  /** At the latest then. */
  #sendIn(millis: number): void {
    const due = Date.now() + millis;
    if (this.#serverDueMillis <= due) return;
    clearTimeout(this.#serverTimer);
    this.#serverDueMillis = due;
    this.#serverTimer = window.setTimeout(() => void this.#send(), millis);
  }

  #countWords(): void {
    const count = document.querySelector('[data-words]');
    if (this.#text !== null && count !== null) count.textContent = wordCountText(this.#text.value);
  }

  #keepLocal(): void {
    clearTimeout(this.#localTimer);
    this.#localTimer = 0;
    // Not on every key: a long text has tens of thousands.
    this.#countWords();
    // Typed and taken back: the server has it, and a second offer of the same text would confuse.
    if (this.#typed() === this.#onServer) return inStorage(() => localStorage.removeItem(this.#key));
    const text: LocalText = { post: this.#post, typedAtMillis: Date.now(), fields: fieldsOf(this.#form) };
    inStorage(() => localStorage.setItem(this.#key, JSON.stringify(text)));
  }

  async #send(): Promise<void> {
    this.#serverDueMillis = Infinity;
    const typed = this.#typed();
    if (typed === this.#onServer || this.#isLeaving) return;
    if (this.#isSending) return this.#sendIn(SERVER_MILLIS);
    this.#keepLocal();
    this.#isSending = true;
    const answer = await this.#request().catch(() => undefined);
    this.#isSending = false;
    this.#isAway = answer === undefined;
    if (answer?.status === 204) {
      this.#onServer = typed;
      // What was typed meanwhile is kept by its own timer.
      if (this.#typed() === typed) inStorage(() => localStorage.removeItem(this.#key));
      const time = new Date().toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });
      return this.#say(`Draft kept at ${time}, not saved yet.`);
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
      const kept = this.#noticeOf(key);
      if (TEXT.every((name) => (text.fields[name] ?? '') === shown[name])) this.#continue(key);
      // Once a newer one of the server is continued, it is compared with this one.
      else if (Number(kept?.dataset['typedAt'] ?? 0) <= text.typedAtMillis) this.#offer(key, text, kept);
    }
  }

  /** The server's offer of the same text, as it was when it last arrived there. */
  #noticeOf(key: string): HTMLFormElement | undefined {
    const drafts = [...document.querySelectorAll<HTMLInputElement>('form.notice input[name=draft]')];
    return drafts.find(({ value }) => LOCAL_PREFIX + value === key)?.form ?? undefined;
  }

  /** From here on this page is the editor of that text, so that one save ends it, also on the server. */
  #continue(key: string): void {
    inStorage(() => localStorage.removeItem(key));
    this.#key = key;
    this.#noticeOf(key)?.remove();
    const draft = this.#form.elements.namedItem('draft');
    if (draft instanceof HTMLInputElement) draft.value = key.slice(LOCAL_PREFIX.length);
  }

  /** In place of the server's offer, which is of an earlier state of the text. */
  #offer(key: string, text: LocalText, kept: HTMLFormElement | undefined): void {
    if (kept !== undefined) kept.hidden = true;
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
      this.#continue(key);
      notice.remove();
      this.#form.dispatchEvent(new Event('input'));
    });
    const discard = buttonOf('Discard it', () => {
      inStorage(() => localStorage.removeItem(key));
      notice.remove();
      kept?.requestSubmit();
    });
    notice.append(words, restore, discard);
    this.#form.before(notice);
  }
}

const form = document.querySelector<HTMLFormElement>('form[data-autosave]');
const status = document.querySelector<HTMLElement>('[data-autosave-status]');
if (form !== null && status !== null) new Editor(form, status).start();
