export const VARINT = 0;
export const LENGTH_DELIMITED = 2;
const FIXED_64 = 1;

/** Reads protobuf fields in order; throws RangeError for truncated bytes. */
export class FieldReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#bytes.length;
  }

  /** Of the next byte. */
  get position(): number {
    return this.#at;
  }

  tag(): number {
    return this.varint();
  }

  varint(): number {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = this.#bytes[this.#at++];
      if (byte === undefined) throw new RangeError('truncated number');
      value += (byte & 127) * factor;
      if (byte < 128) return value;
    }
  }

  bytes(): Uint8Array {
    const length = this.varint();
    const end = this.#at + length;
    if (end > this.#bytes.length) throw new RangeError('truncated field');
    const found = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return found;
  }

  /** Passes the value of a field, of any kind. */
  skip(kind: number): void {
    if (kind === VARINT) this.varint();
    else if (kind === LENGTH_DELIMITED) this.bytes();
    else this.#at += kind === FIXED_64 ? 8 : 4;
  }

  /** The rest. Fields of fixed size are refused: OTLP responses have none. */
  *fields(): Generator<{ readonly number: number; readonly value: number | Uint8Array }> {
    while (!this.isAtEnd) {
      const tag = this.tag();
      const kind = tag & 7;
      if (kind !== VARINT && kind !== LENGTH_DELIMITED) throw new RangeError('unknown kind of field');
      yield { number: tag >> 3, value: kind === VARINT ? this.varint() : this.bytes() };
    }
  }
}

/** A field of a message as it is written, and its value if that has a length: bytes, a text, or a message. */
export interface MessageField {
  readonly number: number;
  readonly raw: Uint8Array;
  readonly body: Uint8Array | undefined;
}

/** All fields of a message, of any kind. Throws RangeError for truncated bytes. */
export function messageFields(message: Uint8Array): readonly MessageField[] {
  const fields: MessageField[] = [];
  const reader = new FieldReader(message);
  while (!reader.isAtEnd) {
    const start = reader.position;
    const tag = reader.tag();
    const kind = tag & 7;
    const body = kind === LENGTH_DELIMITED ? reader.bytes() : undefined;
    if (body === undefined) reader.skip(kind);
    fields.push({ number: tag >> 3, raw: message.subarray(start, reader.position), body });
  }
  return fields;
}

/** A field whose value is these bytes. */
export function lengthDelimited(number: number, body: Uint8Array): Uint8Array {
  return Buffer.concat([varint((number << 3) | LENGTH_DELIMITED), varint(body.length), body]);
}

function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  for (let left = value; ; left = Math.floor(left / 128)) {
    if (left < 128) return Uint8Array.from([...bytes, left]);
    bytes.push((left % 128) + 128);
  }
}
