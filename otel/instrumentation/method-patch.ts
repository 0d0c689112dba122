/* oxlint-disable typescript/no-explicit-any -- methods of foreign prototypes have any shape */
export type Method = (this: any, ...args: any[]) => any;

const patches = new WeakSet<object>();

/**
 * Replaces a method by `wrap(original)`, with the original's name, length and property attributes; does nothing when the method is
 * such a patch already. The returned function restores the original. It cannot when somebody else has patched over it since, so
 * wrappers must be able to stand aside.
 */
export function patchMethod(target: object, name: string, wrap: (original: Method) => Method): () => void {
  const descriptor = Object.getOwnPropertyDescriptor(target, name);
  const original: unknown = descriptor?.value;
  if (descriptor === undefined || typeof original !== 'function')
    throw new TypeError(`Expected a method "${name}" to patch`);
  if (patches.has(original)) return () => {};

  const patched = wrap(original as Method);
  patches.add(patched);
  resemble(patched, original);
  Object.defineProperty(target, name, { ...descriptor, value: patched });

  return () => {
    if (Object.getOwnPropertyDescriptor(target, name)?.value === patched)
      Object.defineProperty(target, name, descriptor);
  };
}

/** Gives a wrapper the name and the length of what it wraps. */
export function resemble(
  wrapper: object,
  { name, length }: { readonly name: string; readonly length: number },
): void {
  Object.defineProperties(wrapper, {
    name: { value: name, configurable: true },
    length: { value: length, configurable: true },
  });
}
