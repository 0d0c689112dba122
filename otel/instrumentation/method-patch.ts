/* oxlint-disable typescript/no-explicit-any -- methods of foreign prototypes have any shape */
export type Method = (this: any, ...args: any[]) => any;

const patches = new WeakSet<object>();

/**
 * Replaces a method with `wrap(original)`, preserving name, length and property attributes; does nothing if it is already patched. The returned
 * function restores the original. It cannot if someone else has patched the method since, so wrappers must be able to only call through.
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

/** Gives a wrapper the name and length of the wrapped function. */
export function resemble(
  wrapper: object,
  { name, length }: { readonly name: string; readonly length: number },
): void {
  Object.defineProperties(wrapper, {
    name: { value: name, configurable: true },
    length: { value: length, configurable: true },
  });
}

/**
 * Own properties of a prototype that shadow inherited methods; the originals stay available in `natives`. If someone else has wrapped them since,
 * they stay and only call through.
 */
export class InheritedPatch<Name extends string> {
  /** Empty until `apply` is first called. */
  readonly natives = {} as Record<Name, Method>;
  readonly #prototype: Record<string, Method>;
  readonly #wrappers: Readonly<Record<Name, Method>>;

  /** @param wrap Creates the shadowing methods, which read `natives` when called. */
  constructor(
    prototype: object,
    wrap: (natives: Readonly<Record<Name, Method>>) => Readonly<Record<Name, Method>>,
  ) {
    this.#prototype = prototype as Record<string, Method>;
    this.#wrappers = wrap(this.natives);
  }

  get #names(): readonly Name[] {
    return Object.keys(this.#wrappers) as Name[];
  }

  apply(): void {
    for (const name of this.#names) {
      // Already replaced, below someone else's wrapper.
      if (this.natives[name] !== undefined) continue;
      const native: unknown = this.#prototype[name];
      if (typeof native !== 'function') continue;
      this.natives[name] = native as Method;
      const value = this.#wrappers[name];
      resemble(value, native);
      Object.defineProperty(this.#prototype, name, {
        value,
        writable: true,
        enumerable: true,
        configurable: true,
      });
    }
  }

  restore(): void {
    for (const name of this.#names) {
      if (Object.getOwnPropertyDescriptor(this.#prototype, name)?.value !== this.#wrappers[name]) continue;
      delete this.#prototype[name];
      if (this.#prototype[name] !== this.natives[name]) this.#prototype[name] = this.natives[name];
      delete (this.natives as Partial<Record<Name, Method>>)[name];
    }
  }
}
