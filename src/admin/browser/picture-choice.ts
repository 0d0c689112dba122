/** A dialog that shows the uploaded pictures, to choose one by sight. */

export interface Picture {
  readonly name: string;
  /** As texts and settings name it. */
  readonly url: string;
  readonly thumbnail: string;
  readonly markdown: string;
}

interface PicturePart {
  readonly pictures: readonly Picture[];
  readonly next?: string;
}

const PAGE_PATH = '/admin/media';

function isPart(answer: unknown): answer is PicturePart {
  return (
    typeof answer === 'object' && answer !== null && 'pictures' in answer && Array.isArray(answer.pictures)
  );
}

export class PictureChoice {
  readonly #address: string;
  readonly #onChosen: (picture: Picture) => void;
  readonly #dialog = document.createElement('dialog');
  readonly #list = document.createElement('ul');
  readonly #status = document.createElement('p');
  readonly #more = buttonOf('More', () => void this.#load());
  #next = '';

  /** `address` is that of the page of media, below the blog's base path. */
  constructor(address: string, onChosen: (picture: Picture) => void) {
    this.#address = address;
    this.#onChosen = onChosen;
    const heading = document.createElement('h2');
    heading.textContent = 'Choose a picture';
    heading.id = 'picture-choice';
    this.#dialog.setAttribute('aria-labelledby', heading.id);
    this.#dialog.className = 'picture-choice';
    this.#status.setAttribute('role', 'status');
    const foot = document.createElement('p');
    foot.className = 'actions';
    foot.append(
      this.#more,
      buttonOf('Cancel', () => this.#dialog.close()),
    );
    this.#dialog.append(heading, this.#list, this.#status, foot);
    document.body.append(this.#dialog);
  }

  open(): void {
    this.#dialog.showModal();
    this.#list.replaceChildren();
    this.#next = '';
    void this.#load();
  }

  async #load(): Promise<void> {
    this.#more.hidden = true;
    this.#status.textContent = 'Loading …';
    const query = this.#next === '' ? '' : `?from=${encodeURIComponent(this.#next)}`;
    const headers = { Accept: 'application/json' };
    const answer = await fetch(this.#address + query, { headers }).catch(() => undefined);
    const part: unknown = answer?.ok === true ? await answer.json().catch(() => undefined) : undefined;
    if (!isPart(part)) {
      this.#status.textContent =
        answer === undefined
          ? 'The blog does not answer.'
          : 'The pictures could not be read: are you signed in?';
      return;
    }
    this.#next = part.next ?? '';
    this.#more.hidden = this.#next === '';
    const items = part.pictures.map((picture) => this.#item(picture));
    this.#list.append(...items);
    // The button that has loaded them is hidden, and with it went the focus.
    if (!this.#dialog.contains(document.activeElement)) items[0]?.querySelector('button')?.focus();
    this.#status.textContent =
      this.#list.childElementCount === 0
        ? 'There are none yet. Upload one in the editor or under Media.'
        : '';
  }

  #item(picture: Picture): HTMLLIElement {
    const image = document.createElement('img');
    image.src = this.#address.slice(0, -PAGE_PATH.length) + picture.thumbnail;
    image.alt = '';
    image.loading = 'lazy';
    const button = buttonOf('', () => {
      this.#dialog.close();
      this.#onChosen(picture);
    });
    const name = document.createElement('span');
    name.textContent = picture.name;
    button.append(image, name);
    const item = document.createElement('li');
    item.append(button);
    return item;
  }
}

export function buttonOf(label: string, onClick: () => void): HTMLButtonElement {
  const button = document.createElement('button');
  button.type = 'button';
  button.textContent = label;
  button.addEventListener('click', onClick);
  return button;
}
