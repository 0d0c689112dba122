/** A value that holds for one version of the blog and is made again for the next. */
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
