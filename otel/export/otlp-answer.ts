/** Body of a 200 response to an export. */
export interface OtlpAnswer {
  /** Number of rejected spans, data points or log records. */
  readonly rejected: number;
  /** The receiver's message; empty if there is none. */
  readonly message: string;
}

const ACCEPTED: OtlpAnswer = Object.freeze({ rejected: 0, message: '' });
const VARINT = 0;
const LENGTH_DELIMITED = 2;
const REJECTED_NAMES = ['rejectedSpans', 'rejectedDataPoints', 'rejectedLogRecords'];

/**
 * Parses the body of an Export*ServiceResponse, protobuf or JSON; an empty one accepts everything. Undefined for anything else, such as a login
 * page or another service's greeting.
 */
export function readOtlpAnswer(body: Uint8Array): OtlpAnswer | undefined {
  if (body.length === 0) return ACCEPTED;
  try {
    return body[0] === '{'.charCodeAt(0) ? jsonAnswer(body) : protobufAnswer(body);
  } catch {
    return undefined;
  }
}

function jsonAnswer(body: Uint8Array): OtlpAnswer | undefined {
  const answer = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body)) as Record<
    string,
    unknown
  >;
  const keys = Object.keys(answer);
  if (keys.length === 0) return ACCEPTED;
  const partial = answer['partialSuccess'] ?? answer['partial_success'];
  if (partial === undefined) return undefined;
  if (typeof partial !== 'object' || partial === null) return ACCEPTED;
  const fields = partial as Record<string, unknown>;
  const rejected = REJECTED_NAMES.map((name) => Number(fields[name] ?? 0)).find((count) => count > 0);
  return { rejected: rejected ?? 0, message: String(fields['errorMessage'] ?? '') };
}

/** Field 1 is the partial success: 1 the number rejected, 2 the message. OTLP has no other fields; text would. */
function protobufAnswer(body: Uint8Array): OtlpAnswer | undefined {
  const outer = new FieldReader(body);
  let answer = ACCEPTED;
  while (!outer.isAtEnd) {
    if (outer.tag() !== ((1 << 3) | LENGTH_DELIMITED)) return undefined;
    answer = partialSuccess(outer.bytes());
  }
  return answer;
}

/** Throws for anything else. */
function partialSuccess(bytes: Uint8Array): OtlpAnswer {
  const reader = new FieldReader(bytes);
  let rejected = 0;
  let message = '';
  while (!reader.isAtEnd) {
    const tag = reader.tag();
    if (tag === ((1 << 3) | VARINT)) rejected = reader.varint();
    else if (tag === ((2 << 3) | LENGTH_DELIMITED)) message = new TextDecoder().decode(reader.bytes());
    else throw new RangeError('unknown field');
  }
  return { rejected, message };
}

/** Reads protobuf fields in order; throws RangeError for truncated bytes. */
class FieldReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#bytes.length;
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
}
