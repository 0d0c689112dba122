import type { Context } from '@opentelemetry/api';

/** Links in a chain before it is folded; a request's own chain has about five. */
const MAX_LINKS = 32;

/**
 * A Context that is one small link to its parent: the API's own copies a Map and creates three closures per value. A growing chain is folded, so
 * that values set again and again do not accumulate.
 */
export class LinkedContext implements Context {
  // Declared, not defined, and no #private fields: a defined field is written twice, and every request creates these.
  declare private readonly parent: LinkedContext | undefined;
  declare private readonly key: symbol | undefined;
  declare private readonly value: unknown;
  declare private readonly links: number;

  private constructor(
    parent: LinkedContext | undefined,
    key: symbol | undefined,
    value: unknown,
    links: number,
  ) {
    this.parent = parent;
    this.key = key;
    this.value = value;
    this.links = links;
  }

  /** Empty, like ROOT_CONTEXT; the kit's spans and propagators build on it. */
  static readonly root = new LinkedContext(undefined, undefined, undefined, 0);

  getValue(key: symbol): unknown {
    if (this.key === key) return this.value;
    for (let link = this.parent; link !== undefined; link = link.parent)
      if (link.key === key) return link.value;
    return undefined;
  }

  setValue(key: symbol, value: unknown): LinkedContext {
    const parent = this.links < MAX_LINKS ? this : LinkedContext.of(this.values());
    return new LinkedContext(parent, key, value, parent.links + 1);
  }

  deleteValue(key: symbol): LinkedContext {
    return this.setValue(key, undefined);
  }

  /** Each key once, with its newest value. */
  private values(): Map<symbol, unknown> {
    const values = this.parent === undefined ? new Map<symbol, unknown>() : this.parent.values();
    if (this.key !== undefined) values.set(this.key, this.value);
    return values;
  }

  /** Number of links a look-up may walk. */
  get length(): number {
    return 1 + (this.parent?.length ?? 0);
  }

  static of(values: Iterable<readonly [symbol, unknown]>): LinkedContext {
    let context = LinkedContext.root;
    for (const [key, value] of values)
      if (value !== undefined) context = new LinkedContext(context, key, value, 0);
    return context;
  }
}
