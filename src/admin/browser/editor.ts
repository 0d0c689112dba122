import { addRichPaste } from './rich-paste.ts';
import { fieldsOf, inStorage, LOCAL_PREFIX, localText, type LocalText } from './local-text.ts';
import { addMarkdownKeys } from './markdown-keys.ts';
import { buttonOf } from './picture-choice.ts';
import { PictureUploads } from './picture-uploads.ts';
import { forgetSaved, rememberSent } from './sent-text.ts';
import { completeEachTag } from './tag-suggestions.ts';
import { wordCountText } from './word-count.ts';

/** Keeps what is typed into the editor, while it is typed: in this browser, then on the server. Without it, the form works as well. */

/** From the first change on: who types without a pause loses no more than this. */
const LOCAL_MILLIS = 300;
const SERVER_MILLIS = 2500;
const RETRY_MILLIS = 15_000;
/** These make a text; others are quickly set again. */
const TEXT = ['title', 'markdown'];

/** In a new tab: this one keeps the text. */
function signInLink(form: HTMLFormElement): HTMLAnchorElement {
  const link = document.createElement('a');
  // Below the blog's base path, as the address of drafts.
  link.href = (form.dataset['autosave'] ?? '').replace(/posts\/unsaved$/, 'sign-in');
  link.target = '_blank';
  link.rel = 'noopener';
  link.textContent = 'Sign in in a new tab';
  return link;
}

class Editor {
  readonly #form: HTMLFormElement;
  readonly #status: HTMLElement;
  /** Of what is typed here, in this browser's storage; no other page writes there. */
  readonly #key: string;
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
    if (this.#text !== null) {
      addMarkdownKeys(this.#text);
      const place = this.#form.querySelector('[data-picture-status]') ?? this.#status;
      addRichPaste(this.#text, place);
    }
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
    // Hidden, it may be closed; when the owner is back, the blog may be, or a session in another tab.
    document.addEventListener('visibilitychange', () => void this.#send());
    addEventListener('focus', () => void this.#send());
    forgetSaved(this.#form, this.#text);
    for (const notice of document.querySelectorAll<HTMLFormElement>('form.notice'))
      notice.addEventListener('submit', () =>
        inStorage(() => localStorage.removeItem(LOCAL_PREFIX + String(new FormData(notice).get('draft')))),
      );
  }

  #onSubmit(event: SubmitEvent): void {
    if (this.#pictures?.isRunning === true) {
      event.preventDefault();
      return this.#say('A picture is still being uploaded.');
    }
    const by = event.submitter;
    if (this.#isAway || !navigator.onLine) {
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
    rememberSent(this.#key, this.#text);
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
    const answer = await this.#requestOfSession().catch(() => undefined);
    this.#isSending = false;
    this.#isAway = answer === undefined;
    if (answer?.ok === true) {
      this.#onServer = typed;
      this.#showOwnAddress();
      // What was typed meanwhile is kept by its own timer.
      if (this.#typed() === typed) inStorage(() => localStorage.removeItem(this.#key));
      const [, time] = this.#moment(Date.now()).split(' ');
      const elsewhere =
        answer.status === 204 ? '' : ' The post was saved elsewhere: your save will show both.';
      return this.#say(`Draft kept at ${time}, not saved yet.${elsewhere}`);
    }
    this.#say(
      answer === undefined
        ? 'The blog does not answer. Your text is kept in this browser.'
        : answer.status === 403
          ? 'You are signed out. Your text is kept in this browser. '
          : `The blog could not keep the draft (${answer.status}). Your text is kept in this browser.`,
    );
    if (answer?.status === 403) this.#status.append(signInLink(this.#form));
    if (!this.#isLeaving) this.#sendIn(RETRY_MILLIS);
  }

  /** The text that the address names is replaced by this page's, which a reload is to show. */
  #showOwnAddress(): void {
    const address = new URL(location.href);
    if (!address.searchParams.has('draft')) return;
    address.searchParams.set('draft', this.#key.slice(LOCAL_PREFIX.length));
    history.replaceState(history.state, '', address);
  }

  /** The owner may have signed in again since the page was opened: then the answer has the token of that session. */
  async #requestOfSession(): Promise<Response> {
    const answer = await this.#request();
    if (answer.status !== 403) return answer;
    const refusal: unknown = await answer.json().catch(() => undefined);
    const token = this.#form.elements.namedItem('_csrf');
    if (typeof refusal !== 'object' || refusal === null || !('csrfToken' in refusal)) return answer;
    if (typeof refusal.csrfToken !== 'string' || !(token instanceof HTMLInputElement)) return answer;
    token.value = refusal.csrfToken;
    return this.#request();
  }

  #request(): Promise<Response> {
    const body = new URLSearchParams();
    for (const [name, value] of new FormData(this.#form))
      if (typeof value === 'string') body.append(name, value);
    body.set('post', this.#post);
    return fetch(this.#form.dataset['autosave'] ?? '', {
      method: 'POST',
      body,
      headers: { Accept: 'application/json' },
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

  /** This page goes on with that text: what the server has of it ends with the next draft or save of this page. */
  #continue(key: string): void {
    inStorage(() => localStorage.removeItem(key));
    const kept = this.#noticeOf(key);
    const continued = this.#form.elements.namedItem('continued');
    if (kept !== undefined && continued instanceof HTMLInputElement)
      continued.value += ` ${key.slice(LOCAL_PREFIX.length)}@${kept.dataset['typedAt']}`;
    kept?.remove();
  }

  /** As the server writes times: `2026-03-14 12:00`, in the blog's zone. */
  #moment(millis: number): string {
    const timeZone = this.#form.dataset['timeZone'];
    return new Intl.DateTimeFormat('sv', { timeZone, dateStyle: 'short', timeStyle: 'short' }).format(millis);
  }

  /** In place of the server's offer, which is of an earlier state of the text. */
  #offer(key: string, text: LocalText, kept: HTMLFormElement | undefined): void {
    if (kept !== undefined) kept.hidden = true;
    const notice = document.createElement('div');
    notice.className = 'notice unsaved';
    notice.setAttribute('role', 'status');
    const words = document.createElement('p');
    const title = text.fields['title'] ?? '';
    words.textContent = `This browser has a text that was not saved, of ${this.#moment(text.typedAtMillis)} (${this.#form.dataset['timeZone'] ?? ''})${title === '' ? '' : `: “${title}”`}, ${wordCountText(text.fields['markdown'] ?? '')}.`;
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
