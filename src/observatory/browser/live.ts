/** Live numbers: fragments of the page arrive as server-sent events and are morphed in place, so nothing that is open, focused or pointed at is lost. */

/** Makes `old` like `fresh` and keeps what can be kept: the element, its focus, its scroll, its open details. */
function morph(old: Element, fresh: Element): void {
  for (const { name } of Array.from(old.attributes)) {
    const kept = old.localName === 'details' && name === 'open';
    if (!kept && !fresh.hasAttribute(name)) old.removeAttribute(name);
  }
  for (const { name, value } of Array.from(fresh.attributes))
    if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  morphChildren(old, fresh);
}

function keyOf(node: Node | null): string | undefined {
  if (!(node instanceof Element)) return undefined;
  return node.getAttribute('data-key') ?? (node.id || undefined);
}

function alike(a: Node, b: Node): boolean {
  return a.nodeType === b.nodeType && a.nodeName === b.nodeName && keyOf(a) === keyOf(b);
}

function morphChildren(old: Element, fresh: Element): void {
  // What is being typed or chosen is the viewer's.
  if (old instanceof HTMLFormElement || old.id === 'live-control') return;
  const keyed = new Map<string, ChildNode>();
  for (const child of Array.from(old.childNodes)) {
    const key = keyOf(child);
    if (key !== undefined) keyed.set(key, child);
  }
  let at: ChildNode | null = old.firstChild;
  for (const wanted of Array.from(fresh.childNodes)) {
    const key = keyOf(wanted);
    const known: ChildNode | undefined | null = key === undefined ? at : keyed.get(key);
    if (known && alike(known, wanted)) {
      if (known === at) at = at.nextSibling;
      else old.insertBefore(known, at);
      if (known instanceof Element) morph(known, wanted as Element);
      else if (known.nodeValue !== wanted.nodeValue) known.nodeValue = wanted.nodeValue;
    } else {
      old.insertBefore(document.importNode(wanted, true), at);
    }
  }
  while (at !== null) {
    const next: ChildNode | null = at.nextSibling;
    at.remove();
    at = next;
  }
}

function start(page: HTMLElement, address: string): void {
  const waiting = new Map<string, string>();
  let source: EventSource | undefined;
  let paused = false;
  let updates = 0;

  const button = document.createElement('button');
  button.type = 'button';
  const showState = (state: 'live' | 'paused' | 'away'): void => {
    button.className = `live-button ${state}`;
    const held = updates > 0 ? ` · ${updates} new` : '';
    button.textContent =
      state === 'live'
        ? `Live · pause${held}`
        : state === 'paused'
          ? 'Paused · resume'
          : 'Not connected · retrying';
    button.setAttribute('aria-pressed', String(paused));
  };
  const place = document.getElementById('live-control');
  if (place !== null) {
    place.hidden = false;
    place.replaceChildren(button);
  }

  /** A row under the pointer must not move, nor a selection be lost, nor a form be changed under the hand. */
  const isHeld = (): boolean =>
    page.querySelector('tbody tr:hover') !== null ||
    String(getSelection()) !== '' ||
    document.activeElement?.closest('form') instanceof HTMLFormElement;

  const apply = (): void => {
    if (waiting.size === 0 || isHeld()) return;
    for (const [target, markup] of waiting) {
      const old = document.getElementById(target);
      if (old === null) continue;
      const fresh = document.createElement('div');
      fresh.innerHTML = markup;
      morphChildren(old, fresh);
    }
    waiting.clear();
    updates = 0;
    const control = document.getElementById('live-control');
    if (control !== null) control.hidden = false;
    if (!paused) showState('live');
  };

  const receive = (event: MessageEvent<string>): void => {
    waiting.set(event.type, event.data);
    if (event.type !== 'page') return;
    updates += 1;
    apply();
    if (updates > 0) showState('live');
  };

  const connect = (): void => {
    source?.close();
    source = new EventSource(address);
    source.addEventListener('rail', receive);
    source.addEventListener('page', receive);
    source.addEventListener('open', () => showState('live'));
    source.addEventListener('error', () => {
      if (!paused) showState('away');
      // A refusal closes the source for good; a cut is taken up again by the browser itself.
      if (source?.readyState === EventSource.CLOSED && !paused)
        setTimeout(() => (paused || document.hidden ? undefined : connect()), 15_000);
    });
  };
  const disconnect = (): void => {
    source?.close();
    source = undefined;
  };

  button.addEventListener('click', () => {
    paused = !paused;
    if (paused) disconnect();
    else connect();
    showState(paused ? 'paused' : 'live');
  });
  page.addEventListener('pointerleave', apply);
  page.addEventListener('pointermove', apply, { passive: true });
  // Nothing is sent to a page that nobody sees.
  document.addEventListener('visibilitychange', () => {
    if (paused) return;
    if (document.hidden) disconnect();
    else connect();
  });
  showState('live');
  connect();
}

const page = document.getElementById('page');
const address = page?.dataset['live'];
if (page && address !== undefined) start(page, address);
