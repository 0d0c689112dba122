/** Keyboard shortcuts. `?` opens the page that lists them, where letters can be switched off. */

const STORE = 'glasshouse.keys';
/** Time limit for the letter after `g`. */
const CHORD_MILLIS = 1200;
/** Leads from a page without a search field to the one that has it. */
const TO_SEARCH = '#search';

const list = document.querySelector<HTMLLinkElement>('link[data-keys]');
let chord = -Infinity;

function isOn(): boolean {
  try {
    return localStorage.getItem(STORE) !== 'off';
  } catch {
    return true;
  }
}

/** Keys typed into a field are text. */
function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || target.matches('input:not([type=checkbox], [type=radio]), select, textarea'))
  );
}

/** Shows the list of shortcuts over the current page. */
async function showList(address: string): Promise<void> {
  const open = document.querySelector<HTMLDialogElement>('dialog.keys-dialog');
  if (open !== null) return open.remove();
  const answer = await fetch(address, { headers: { accept: 'text/html' } });
  const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html');
  const keys = fresh.querySelector('[data-key-list]');
  if (keys === null) return location.assign(address);
  const dialog = document.createElement('dialog');
  dialog.className = 'keys-dialog';
  dialog.setAttribute('aria-label', 'Keys');
  const close = document.createElement('button');
  close.type = 'button';
  close.textContent = 'Close';
  // Otherwise the first focusable element gets the focus, and a small screen opens in the middle of the list.
  close.autofocus = true;
  close.addEventListener('click', () => dialog.close());
  dialog.append(close, document.importNode(keys, true));
  dialog.addEventListener('close', () => dialog.remove());
  document.body.append(dialog);
  addSwitch(dialog);
  dialog.showModal();
}

/** Added by this script, as there is nothing to switch off without it. */
function addSwitch(root: ParentNode): void {
  const place = root.querySelector('[data-key-switch]');
  if (place === null) return;
  const label = document.createElement('label');
  const box = document.createElement('input');
  box.type = 'checkbox';
  box.checked = isOn();
  box.addEventListener('change', () => {
    try {
      localStorage.setItem(STORE, box.checked ? 'on' : 'off');
    } catch {
      box.checked = true;
    }
  });
  label.append(box, ' use letters and digits as shortcuts in this browser');
  place.replaceChildren(label);
}

function follow(selector: string): boolean {
  const link = document.querySelector<HTMLAnchorElement>(selector);
  link?.click();
  return link !== null;
}

function focusSearch(): boolean {
  const field = document.querySelector<HTMLInputElement>('input[data-search]');
  field?.focus();
  field?.select();
  return field !== null;
}

function act(key: string): boolean {
  const afterG = performance.now() - chord < CHORD_MILLIS;
  chord = -Infinity;
  if (afterG) return follow(`#rail a[data-go="${CSS.escape(key)}"]`);
  if (key === 'g') {
    chord = performance.now();
    return true;
  }
  if (/^[1-7]$/.test(key)) return follow(`.presets a:nth-child(${key})`);
  if (key === 'p') {
    const button = document.querySelector<HTMLButtonElement>('.live-button');
    button?.click();
    return button !== null;
  }
  if (key === '/') {
    if (focusSearch()) return true;
    const traces = document.querySelector<HTMLAnchorElement>('#rail a[data-go="t"]');
    if (traces !== null) location.assign(`${traces.href}${TO_SEARCH}`);
    return traces !== null;
  }
  return false;
}

document.addEventListener('keydown', (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target))
    return;
  if (event.key === '?' && list !== null) {
    event.preventDefault();
    void showList(list.href);
  } else if (isOn() && document.querySelector('dialog[open]') === null && act(event.key))
    event.preventDefault();
});
addSwitch(document);
if (location.hash === TO_SEARCH) focusSearch();
