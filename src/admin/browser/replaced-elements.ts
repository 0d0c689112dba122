export function unwrap(element: Element): void {
  element.replaceWith(...element.childNodes);
}

export function replaceWith(element: Element, name: 'p' | 'div' | 'code'): HTMLElement {
  const other = element.ownerDocument.createElement(name);
  other.append(...element.childNodes);
  element.replaceWith(other);
  return other;
}
