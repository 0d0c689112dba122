/** Changes `old` to match `fresh` and keeps elements, focus, scroll positions and open details. */
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

/** With other words it is another sentence: its words do not wander. The one that has the focus stays. */
function isSentence(node: Node): boolean {
  return node instanceof Element && node.matches('.sentence') && !node.contains(document.activeElement);
}

/** Changes the children of `old` to match those of `fresh`; forms and the viewer's state stay. */
export function morphChildren(old: Element, fresh: Element): void {
  // Input of the viewer stays.
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
    if (known && alike(known, wanted) && !(isSentence(known) && known.textContent !== wanted.textContent)) {
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
