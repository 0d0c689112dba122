import type { OperationType } from '../../otel/query.ts';

export type Query = Readonly<Record<string, string | number | undefined>>;

/** Addresses of the observatory; all keep the time range. */
export class Links {
  readonly base: string;
  readonly #range: Query;

  constructor(base: string, range: Query) {
    this.base = base;
    this.#range = range;
  }

  /** @param path May end in a place of the page, as `/process#memory`. */
  to(path: string, query: Query = {}): string {
    const [page = '', place] = path.split('#');
    const pairs = Object.entries({ ...query, ...this.#range }).filter(
      ([, value]) => value !== undefined && value !== '',
    );
    const search = new URLSearchParams(
      pairs.map(([key, value]): [string, string] => [key, String(value)]),
    ).toString();
    return `${this.base}${page}${search === '' ? '' : `?${search}`}${place === undefined ? '' : `#${place}`}`;
  }

  /** A page with another range. */
  ranged(path: string, query: Query, range: Query): string {
    return new Links(this.base, range).to(path, query);
  }

  trace(traceId: string, spanId?: string): string {
    return this.to(`/traces/${encodeURIComponent(traceId)}`, { span: spanId });
  }

  /** The page of a series: a route, a statement, or the traces of anything else. */
  series(type: OperationType, name: string): string {
    if (type === 'http') return this.to('/route', { name });
    if (type === 'database') return this.to('/statement', { name });
    return this.to('/traces', { type, series: name });
  }
}
