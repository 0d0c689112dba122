/** Keyboard and in-place actions of a trace page: fold rows, open a span, copy commands, read files into the form. */

const KEYS_SWITCH = 'glasshouse.keys';

function lettersAreOff(): boolean {
  try {
    return localStorage.getItem(KEYS_SWITCH) === 'off';
  } catch {
    return false;
  }
}

const levelOf = (row: HTMLElement): number => Number(row.getAttribute('aria-level') ?? 1);
const rowsOf = (grid: HTMLElement): HTMLElement[] =>
  Array.from(grid.querySelectorAll<HTMLElement>('tbody tr'));
const openLink = (row: HTMLElement): HTMLAnchorElement | null => row.querySelector('a.open');
const foldLink = (row: HTMLElement): HTMLAnchorElement | null => row.querySelector('a.twisty');

/** Hides all descendants of closed rows. */
function showOpenRows(rows: readonly HTMLElement[]): void {
  let closedAt = Infinity;
  for (const row of rows) {
    const level = levelOf(row);
    row.hidden = level > closedAt;
    if (row.hidden) continue;
    closedAt = row.getAttribute('aria-expanded') === 'false' ? level : Infinity;
  }
}

/** Returns false if the child rows are on another page; then the link is followed. */
function fold(grid: HTMLElement, row: HTMLElement, open: boolean): boolean {
  const rows = rowsOf(grid);
  const next = rows[rows.indexOf(row) + 1];
  if (next === undefined || levelOf(next) <= levelOf(row)) return false;
  row.setAttribute('aria-expanded', String(open));
  const words = foldLink(row)?.querySelector('.visually-hidden');
  if (words) words.textContent = `${open ? 'Collapse' : 'Expand'} ${openLink(row)?.textContent ?? ''}`;
  showOpenRows(rows);
  rememberFolds(rows);
  return true;
}

/** Keeps the state in the address and in all links: the closed spans, or with `levels` the ones that deviate. */
function rememberFolds(rows: readonly HTMLElement[]): void {
  const levels = Number(new URL(location.href).searchParams.get('levels') || Infinity);
  const closed = rows
    .filter((row) => {
      const expanded = row.getAttribute('aria-expanded');
      return expanded !== null && (expanded === 'false') !== levelOf(row) >= levels;
    })
    .map((row) => row.id.replace(/^span-/, ''));
  const withFolds = (address: string, ids: readonly string[]): string => {
    const url = new URL(address, location.href);
    if (ids.length === 0) url.searchParams.delete('collapsed');
    else url.searchParams.set('collapsed', ids.join(','));
    return url.href;
  };
  history.replaceState(history.state, '', withFolds(location.href, closed));
  for (const row of rows) {
    const link = openLink(row);
    if (link !== null) link.href = withFolds(link.href, closed);
  }
}

/** Updates links that depend on the open span. */
function takeOver(fresh: Document): void {
  for (const selector of ['.waterfall-panel .panel-head', '.levels', '.matches']) {
    const [old, newer] = [document.querySelector(selector), fresh.querySelector(selector)];
    if (old !== null && newer !== null) old.replaceWith(document.importNode(newer, true));
  }
  const [map, newer] = [document, fresh].map((each) => each.querySelector<SVGElement>('.mini-map svg'));
  if (map && newer) map.dataset['zoom'] = newer.dataset['zoom'];
}

/** Opens the panel of another span, without changing the rows. */
async function openSpan(grid: HTMLElement, address: string, isNew: boolean): Promise<void> {
  const panel = document.getElementById('span-panel');
  let selectedId: string | undefined;
  try {
    const answer = await fetch(address, { headers: { accept: 'text/html' } });
    if (!answer.ok || panel === null) throw new Error(String(answer.status));
    const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html');
    const found = fresh.getElementById('span-panel');
    if (found === null) throw new Error('no panel');
    // The server chose a span if the address names none.
    selectedId = fresh.querySelector('tr[aria-current=true]')?.id;
    panel.replaceChildren(...Array.from(document.importNode(found, true).childNodes));
    offerCopies(panel);
    takeOver(fresh);
  } catch {
    return location.assign(address);
  }
  for (const row of rowsOf(grid)) {
    const selected = row.id === selectedId;
    row.classList.toggle('selected', selected);
    if (selected) row.setAttribute('aria-current', 'true');
    else row.removeAttribute('aria-current');
  }
  if (isNew) history.pushState(null, '', address);
}

function startGrid(grid: HTMLElement): void {
  const visible = (): HTMLElement[] => rowsOf(grid).filter((row) => !row.hidden);
  /** The grid is one tab stop; arrow keys move within it. */
  const focusRow = (row: HTMLElement | undefined, take = true): void => {
    if (row === undefined) return;
    for (const each of rowsOf(grid)) each.tabIndex = each === row ? 0 : -1;
    if (take) row.focus();
  };
  for (const link of grid.querySelectorAll('a')) link.tabIndex = -1;
  const selected = visible().find((row) => row.classList.contains('selected'));
  focusRow(selected ?? visible()[0], false);
  // Scrolls the box, not the page.
  const box = grid.closest<HTMLElement>('.waterfall-box');
  if (box !== null && selected !== undefined && selected.offsetTop + selected.offsetHeight > box.clientHeight)
    box.scrollTop = selected.offsetTop - box.clientHeight / 2;

  const parentOf = (row: HTMLElement): HTMLElement | undefined => {
    const rows = visible();
    return rows.slice(0, rows.indexOf(row)).findLast((each) => levelOf(each) < levelOf(row));
  };
  const toggle = (row: HTMLElement, open: boolean): void => {
    if (!fold(grid, row, open)) foldLink(row)?.click();
  };

  const moves: Readonly<Record<string, (row: HTMLElement, rows: HTMLElement[], at: number) => void>> = {
    ArrowDown: (_, rows, at) => focusRow(rows[at + 1]),
    ArrowUp: (_, rows, at) => focusRow(rows[at - 1]),
    Home: (_, rows) => focusRow(rows[0]),
    End: (_, rows) => focusRow(rows.at(-1)),
    ArrowRight(row, rows, at) {
      const state = row.getAttribute('aria-expanded');
      if (state === 'false') toggle(row, true);
      else if (state === 'true') focusRow(rows[at + 1]);
    },
    ArrowLeft(row) {
      if (row.getAttribute('aria-expanded') === 'true') toggle(row, false);
      else focusRow(parentOf(row));
    },
    Enter: (row) => openLink(row)?.click(),
  };
  grid.addEventListener('keydown', (event) => {
    const row = event.target instanceof Element ? event.target.closest<HTMLElement>('tbody tr') : null;
    const move = moves[event.key];
    if (row === null || move === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const rows = visible();
    move(row, rows, rows.indexOf(row));
  });
  grid.addEventListener('click', (event) => {
    if (!(event.target instanceof Element) || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const row = event.target.closest<HTMLElement>('tbody tr');
    if (row === null) return;
    focusRow(row, false);
    if (event.target.closest('a.twisty') !== null) {
      if (fold(grid, row, row.getAttribute('aria-expanded') === 'false')) event.preventDefault();
      return;
    }
    const link = openLink(row);
    if (link === null) return;
    event.preventDefault();
    void openSpan(grid, link.href, true);
  });
  // Moves to the next match in place if it is on this page.
  document.addEventListener('click', (event) => {
    const link = event.target instanceof Element ? event.target.closest<HTMLAnchorElement>('a.step') : null;
    if (link === null || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const spanId = new URL(link.href).searchParams.get('span') ?? '';
    const row = document.getElementById(`span-${spanId}`);
    if (row === null || row.hidden) return;
    event.preventDefault();
    focusRow(row);
    void openSpan(grid, link.href, true);
  });
  addEventListener('popstate', () => void openSpan(grid, location.href, false));
}

const grid = document.querySelector<HTMLElement>('table[role=treegrid]');
if (grid !== null) startGrid(grid);

const find = document.querySelector<HTMLInputElement>('input[data-find]');
document.addEventListener('keydown', (event) => {
  const { target } = event;
  const typing = target instanceof HTMLElement && target.matches('input, select, textarea');
  if (!/^[fnN]$/.test(event.key) || typing || event.ctrlKey || event.metaKey || event.altKey) return;
  if (lettersAreOff() || document.querySelector('dialog[open]') !== null) return;
  if (event.key !== 'f') {
    const link = document.querySelector<HTMLAnchorElement>(`a.step[data-step="${event.key}"]`);
    if (link !== null) event.preventDefault();
    return link?.click();
  }
  if (find === null) return;
  event.preventDefault();
  find.focus();
  find.select();
});

/** Browsers allow clipboard access on secure origins only; elsewhere the text gets selected. */
function offerCopies(root: ParentNode): void {
  if (!isSecureContext) return;
  for (const button of root.querySelectorAll<HTMLButtonElement>('button[data-copy]')) button.hidden = false;
}

document.addEventListener('click', (event) => {
  const button =
    event.target instanceof Element ? event.target.closest<HTMLButtonElement>('button[data-copy]') : null;
  const source = document.getElementById(button?.dataset['copy'] ?? '');
  if (button === null || source === null) return;
  const label = Array.from(button.childNodes);
  const say = (words: string): void => {
    button.textContent = words;
    setTimeout(() => button.replaceChildren(...label), 2000);
  };
  if (button.textContent?.trim().startsWith('Copy ') !== true) return;
  navigator.clipboard.writeText(source.textContent ?? '').then(
    () => say('Copied'),
    () => {
      getSelection()?.selectAllChildren(source);
      say('Selected: press Ctrl+C');
    },
  );
});
offerCopies(document);

async function readInto(area: HTMLTextAreaElement, file: File | undefined): Promise<void> {
  const text = (await file?.text()) ?? '';
  try {
    // Without indentation, more fits into the form.
    area.value = JSON.stringify(JSON.parse(text));
  } catch {
    area.value = text;
  }
}

for (const place of document.querySelectorAll<HTMLElement>('[data-into]')) {
  const input = place.querySelector<HTMLInputElement>('input[type=file]');
  const area = document.getElementById(place.dataset['into'] ?? '');
  if (input === null || !(area instanceof HTMLTextAreaElement)) continue;
  place.hidden = false;
  input.addEventListener('change', () => void readInto(area, input.files?.[0]));
}
