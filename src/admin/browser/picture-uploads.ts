import { typeInto } from './markdown-keys.ts';
import { PictureChoice } from './picture-choice.ts';

/** Uploads pictures that are pasted, dropped or chosen in the editor, one after the other, and writes them into its text. */

interface Uploaded {
  readonly markdown: string;
}

/** Pictures alone: copied text of a word processor has a picture of itself beside it. */
function picturesOf(transfer: DataTransfer | null): readonly File[] {
  const files = [...(transfer?.files ?? [])].filter(({ type }) => type.startsWith('image/'));
  return transfer?.types.includes('text/plain') === true ? [] : files;
}

function markdownIn(answer: unknown): string | undefined {
  const isUploaded = (value: unknown): value is Uploaded =>
    typeof value === 'object' && value !== null && 'markdown' in value && typeof value.markdown === 'string';
  return isUploaded(answer) ? answer.markdown : undefined;
}

function messageIn(answer: unknown): string | undefined {
  if (typeof answer !== 'object' || answer === null || !('error' in answer)) return undefined;
  const { error } = answer;
  if (typeof error !== 'object' || error === null || !('message' in error)) return undefined;
  return typeof error.message === 'string' ? error.message : undefined;
}

interface Controls {
  readonly text: HTMLTextAreaElement;
  readonly status: HTMLElement;
  /** Hidden where nothing can be chosen. */
  readonly choice: HTMLElement;
  readonly button: HTMLElement;
  /** Opens the pictures that the blog has. */
  readonly known: HTMLElement;
}

export class PictureUploads {
  readonly #controls: Controls;
  readonly #text: HTMLTextAreaElement;
  readonly #address: string;
  readonly #form: HTMLFormElement;
  #last: Promise<void> = Promise.resolve();
  #count = 0;
  #running = 0;

  constructor(form: HTMLFormElement, controls: Controls) {
    this.#controls = controls;
    this.#text = controls.text;
    this.#address = form.dataset['pictures'] ?? '';
    this.#form = form;
  }

  /** Undefined for a form without the controls. */
  static in(form: HTMLFormElement): PictureUploads | undefined {
    const text = form.querySelector<HTMLTextAreaElement>('textarea[name=markdown]');
    const status = form.querySelector<HTMLElement>('[data-picture-status]');
    const choice = form.querySelector<HTMLElement>('[data-picture-choice]');
    const [button, known] = choice?.querySelectorAll<HTMLElement>('button') ?? [];
    if (text === null || status === null || choice === null || button === undefined || known === undefined)
      return undefined;
    return new PictureUploads(form, { text, status, choice, button, known });
  }

  /** True while the text has a place for a picture that is not there yet. */
  get isRunning(): boolean {
    return this.#running > 0;
  }

  start(): void {
    const { choice, button } = this.#controls;
    const chooser = document.createElement('input');
    chooser.type = 'file';
    chooser.multiple = true;
    chooser.accept = choice.dataset['accept'] ?? '';
    this.#text.addEventListener('paste', (event) => {
      const files = picturesOf(event.clipboardData);
      if (files.length === 0) return;
      event.preventDefault();
      this.#add(files);
    });
    // Anywhere: beside the text, a browser would open the file in place of the editor.
    addEventListener('dragover', (event) => {
      if (event.dataTransfer?.types.includes('Files') === true) event.preventDefault();
    });
    addEventListener('drop', (event) => {
      const files = [...(event.dataTransfer?.files ?? [])];
      if (files.length > 0) event.preventDefault();
      this.#add(files);
    });
    chooser.addEventListener('change', () => {
      // The choice took the focus; the picture's description is typed next.
      this.#text.focus();
      this.#add([...(chooser.files ?? [])]);
      chooser.value = '';
    });
    button.addEventListener('click', () => chooser.click());
    this.#addChoice();
    choice.hidden = false;
  }

  /** Of those that the blog has. */
  #addChoice(): void {
    const choice = new PictureChoice(this.#address, ({ markdown }) => {
      this.#text.focus();
      const { selectionEnd } = this.#text;
      typeInto(this.#text, markdown, selectionEnd, selectionEnd);
      const alt = selectionEnd + '!['.length;
      if (markdown.startsWith('![](')) this.#text.setSelectionRange(alt, alt);
    });
    this.#controls.known.addEventListener('click', () => choice.open());
  }

  #add(files: readonly File[]): void {
    for (const [index, file] of files.entries()) {
      const place = this.#makePlace(file, index === 0 ? '' : '\n\n');
      this.#running++;
      this.#last = this.#last.then(() => this.#upload(file, place)).finally(() => void this.#running--);
    }
  }

  /** Writes at the caret where the picture will be; several pictures are paragraphs of their own. */
  #makePlace(file: File, before: string): string {
    const name = file.name.replace(/[^\p{L}\p{N} ._-]+/gu, ' ').slice(0, 60);
    const place = `${before}![Uploading ${name} (${++this.#count}) …]()`;
    const { selectionEnd } = this.#text;
    typeInto(this.#text, place, selectionEnd, selectionEnd);
    this.#text.setSelectionRange(selectionEnd + place.length, selectionEnd + place.length);
    return place;
  }

  async #upload(file: File, place: string): Promise<void> {
    this.#say(`Uploading ${file.name} …`);
    const body = new FormData();
    body.append('picture', file);
    const answer = await fetch(this.#address, {
      method: 'POST',
      body,
      // The editor renews it after signing in again.
      headers: { Accept: 'application/json', 'X-CSRF-Token': String(new FormData(this.#form).get('_csrf')) },
    }).catch(() => undefined);
    const said: unknown = await answer?.json().catch(() => undefined);
    const markdown = answer?.ok === true ? markdownIn(said) : undefined;
    this.#replace(place, markdown ?? '');
    if (markdown !== undefined) return this.#say(`${file.name} is uploaded.`);
    const why =
      answer === undefined
        ? 'The blog does not answer.'
        : (messageIn(said) ?? `The blog answered ${answer.status}.`);
    this.#say(`${file.name} was not uploaded. ${why}`);
  }

  /** The owner may have typed elsewhere meanwhile, or removed the place. */
  #replace(place: string, markdown: string): void {
    const at = this.#text.value.indexOf(place);
    if (at === -1) return;
    const end = at + place.length;
    const { selectionStart, selectionEnd, scrollTop } = this.#text;
    const isBehind = selectionStart === end && selectionEnd === end;
    const lines = place.startsWith('\n') && markdown !== '' ? '\n\n' : '';
    const written = lines + markdown;
    typeInto(this.#text, written, at, end);
    const moved = (position: number): number =>
      position <= at ? position : Math.max(position, end) - end + at + written.length;
    this.#text.setSelectionRange(moved(selectionStart), moved(selectionEnd));
    this.#text.scrollTop = scrollTop;
    const alt = at + lines.length + '!['.length;
    // Who waits for the picture types its description next.
    if (isBehind && markdown.startsWith('![](')) this.#text.setSelectionRange(alt, alt);
  }

  #say(words: string): void {
    this.#controls.status.textContent = words;
  }
}
