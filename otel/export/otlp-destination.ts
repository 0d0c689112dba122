import type { OtlpTarget } from '../settings/otlp-target.ts';
import { ExportFailure, RejectedItems } from './delivery.ts';
import type { Destination, Encoding } from './destination.ts';
import { notOtlp } from './export-faults.ts';
import { GrpcTransport } from './grpc-transport.ts';
import { HttpTransport } from './http-transport.ts';
import { readOtlpAnswer } from './otlp-answer.ts';
import { ITEMS } from './export-news.ts';
import type { OtlpTransport } from './otlp-transport.ts';

const PROTOBUF = 'application/x-protobuf';
const JSON_TYPE = 'application/json';

/** An OTLP receiver. Success is a response that decodes as OTLP; what the receiver rejects is reported in its words. */
export class OtlpDestination<Item> implements Destination<Item>, Encoding<Item> {
  readonly mediaType: string;
  readonly #target: OtlpTarget;
  readonly #serialize: (items: Item[]) => Uint8Array | undefined;
  readonly #transport: OtlpTransport;

  /** `serialize` encodes as `target.protocol` says. */
  constructor(target: OtlpTarget, serialize: (items: Item[]) => Uint8Array | undefined) {
    this.#target = target;
    this.#serialize = serialize;
    this.mediaType = target.protocol === 'http/json' ? JSON_TYPE : PROTOBUF;
    this.#transport = target.protocol === 'grpc' ? new GrpcTransport(target) : new HttpTransport(target);
  }

  get encoding(): Encoding<Item> {
    return this;
  }

  encode(items: Item[]): Uint8Array {
    const body = this.#serialize(items);
    if (body === undefined) throw new Error(`${ITEMS[this.#target.signal]} cannot be encoded`);
    return body;
  }

  async send(items: Item[], abort: AbortSignal): Promise<void> {
    return this.sendEncoded(this.encode(items), this.mediaType, abort);
  }

  async sendEncoded(body: Uint8Array, mediaType: string, abort: AbortSignal): Promise<void> {
    if (this.#target.protocol === 'grpc' && mediaType !== PROTOBUF)
      throw new ExportFailure('it was stored as JSON, which gRPC does not accept', { errorType: 'encoding' });
    const response = await this.#transport.send(body, mediaType, abort);
    const answer = readOtlpAnswer(response);
    if (answer === undefined) throw notOtlp(response, this.#target);
    if (answer.rejected > 0)
      throw new RejectedItems(answer.rejected, ITEMS[this.#target.signal], answer.message);
  }

  flush(): Promise<void> {
    return Promise.resolve();
  }

  close(): Promise<void> {
    this.#transport.close();
    return Promise.resolve();
  }
}
