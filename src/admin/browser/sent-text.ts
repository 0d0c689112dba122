import { inStorage } from './local-text.ts';

/** Of this tab: the text that a form was sent with, and where in it the owner was. */
const SENT_KEY = 'glasshouse.sent';
const PLACE_KEY = 'glasshouse.place';

/** Before a form is sent: its page is left, and the answer is one that shows the same text. */
export function rememberSent(key: string, text: HTMLTextAreaElement | null): void {
  inStorage(() => sessionStorage.setItem(SENT_KEY, key));
  if (text === null) return;
  const { selectionStart, selectionEnd, scrollTop } = text;
  const focused = document.activeElement;
  const name = focused instanceof HTMLButtonElement ? '' : (focused?.getAttribute('name') ?? '');
  const place = [name, selectionStart, selectionEnd, scrollTop].join(' ');
  inStorage(() => sessionStorage.setItem(PLACE_KEY, place));
}

function takeOfTab(key: string): string | undefined {
  return inStorage(() => {
    const value = sessionStorage.getItem(key);
    sessionStorage.removeItem(key);
    return value ?? undefined;
  });
}

/** The text of the form that this page answers, once it is saved; a new post has an address of its own since. */
export function forgetSaved(form: HTMLFormElement, text: HTMLTextAreaElement | null): void {
  const sent = takeOfTab(SENT_KEY);
  const place = takeOfTab(PLACE_KEY);
  const done = new URLSearchParams(location.search).get('done') ?? '';
  if (sent === undefined || !/^(?:saved|copied|published|scheduled|unlisted|draft|discarded)$/.test(done))
    return;
  inStorage(() => localStorage.removeItem(sent));
  if (text === null || place === undefined) return;
  const [name = '', ...numbers] = place.split(' ');
  const [start = 0, end = 0, scrollTop = 0] = numbers.map(Number);
  text.setSelectionRange(start, end);
  const focused = name === '' ? null : form.elements.namedItem(name);
  if (focused instanceof HTMLElement) {
    focused.closest('details')?.setAttribute('open', '');
    focused.focus({ preventScroll: focused === text });
  }
  text.scrollTop = scrollTop;
}
