import {
  type Context,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
  type Tracer,
} from '@opentelemetry/api';
import { randomOf } from '../otel/sampling/random.ts';

const MAX_STREAMS = 200;
/** Statements beyond the cap of series. */
const STATEMENTS = 800;

/** Pages of every kind: ordinary, slow, failing, late, streams that last, roots that never end, and now and then a storm. */
export class SoakTraffic {
  readonly #tracer: Tracer;
  readonly #random = randomOf(2026);
  readonly #streams: { readonly span: Span; readonly inside: Context }[] = [];
  #pages = 0;
  #made = 0;

  constructor(tracer: Tracer) {
    this.#tracer = tracer;
  }

  /** One page; answers how many spans it started. */
  play(): number {
    this.#made = 0;
    const page = ++this.#pages;
    // Every minute or so, 3,000 pages fail in a row.
    const isStorm = page % 30_000 > 27_000;
    const root = this.#start('GET', ROOT_CONTEXT, SpanKind.SERVER, {
      'http.request.method': 'GET',
      'http.route': `/${this.#random() % 40}`,
    });
    const inside = trace.setSpan(ROOT_CONTEXT, root);
    for (let i = 0; i < 3; i++) this.#statement(inside, isStorm || this.#random() % 500 === 0);
    this.#start('render', inside, SpanKind.INTERNAL, { 'render.template': 'post' }).end();
    if (isStorm) root.setStatus({ code: SpanStatusCode.ERROR });
    if (page % 97 === 0) this.#late(root, inside);
    else if (page % 401 === 0) this.#stream(root, inside);
    else if (page % 1009 !== 0) root.end(page % 211 === 0 ? Date.now() + 1500 : undefined);
    if (page % 13 === 0) this.#tick();
    return this.#made;
  }

  endStreams(): void {
    for (const { span } of this.#streams.splice(0)) span.end();
  }

  #statement(inside: Context, isFailed: boolean): void {
    const summary = `SELECT table_${this.#random() % STATEMENTS}`;
    const span = this.#start('SELECT', inside, SpanKind.CLIENT, {
      'db.system.name': 'sqlite',
      'db.query.summary': summary,
      'db.query.text': `${summary} WHERE id = ?`,
      'db.response.returned_rows': this.#random() % 100,
    });
    if (isFailed) {
      span.setAttribute('error.type', `SQLITE_${this.#random() % 30}`);
      span.setStatus({ code: SpanStatusCode.ERROR });
      span.addEvent('exception', { 'exception.stacktrace': 'at somewhere\n'.repeat(this.#random() % 60) });
    }
    span.end();
  }

  /** A child that starts after its root, and one that ends after it. */
  #late(root: Span, inside: Context): void {
    const outlasting = this.#start('background', inside, SpanKind.INTERNAL, {});
    root.end();
    setTimeout(() => outlasting.end(), this.#random() % 5000).unref();
    this.#start('after', inside, SpanKind.INTERNAL, {}).setStatus({ code: SpanStatusCode.ERROR }).end();
  }

  #stream(root: Span, inside: Context): void {
    this.#streams.push({ span: root, inside });
    if (this.#streams.length > MAX_STREAMS) this.#streams.shift()!.span.end();
  }

  #tick(): void {
    const stream = this.#streams[this.#random() % Math.max(1, this.#streams.length)];
    if (stream !== undefined) this.#statement(stream.inside, this.#random() % 20 === 0);
  }

  #start(
    name: string,
    parent: Context,
    kind: SpanKind,
    attributes: Readonly<Record<string, string | number>>,
  ): Span {
    this.#made++;
    return this.#tracer.startSpan(name, { kind, attributes: { ...attributes } }, parent);
  }
}
