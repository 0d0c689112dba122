/** Caches a value for one version of the blog and computes it again for the next. */
export class VersionedValue<T> {
  readonly #make: () => T;
  #kept: { readonly version: string; readonly value: T } | undefined;

  constructor(make: () => T) {
    this.#make = make;
  }

  at(version: string): T {
    if (this.#kept?.version !== version) this.#kept = { version, value: this.#make() };
    return this.#kept.value;
  }
}
