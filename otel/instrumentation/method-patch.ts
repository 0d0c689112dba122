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

/**
 * Methods that a prototype inherits, replaced by own properties in front of them; what is inherited stays reachable in `natives`. Where
 * somebody has wrapped ours since, they stay and have to stand aside.
 */
export class InheritedPatch<Name extends string> {
  /** Empty until the first time. */
  readonly natives = {} as Record<Name, Method>;
  readonly #prototype: Record<string, Method>;
  readonly #wrappers: Readonly<Record<Name, Method>>;

  /** @param wrap Makes the methods in front; they look in what they are given when they are called. */
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
      // Replaced already, below what somebody has put around it.
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
