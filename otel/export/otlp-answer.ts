import { FieldReader, LENGTH_DELIMITED, VARINT } from './protobuf-fields.ts';

/** Body of a 200 response to an export. */
export interface OtlpAnswer {
  /** Number of rejected spans, data points or log records. */
  readonly rejected: number;
  /** The receiver's message; empty if there is none. */
  readonly message: string;
}

const ACCEPTED: OtlpAnswer = Object.freeze({ rejected: 0, message: '' });
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

/** Message of a `google.rpc.Status`, the body of a failed OTLP request; the bytes as text if it is none. */
export function messageOfStatus(body: Uint8Array): string {
  return statusFields(body)?.message ?? new TextDecoder().decode(body);
}

/** How long a `google.rpc.Status` asks to wait (`google.rpc.RetryInfo`), in milliseconds. */
export function retryDelayOfStatus(body: Uint8Array): number | undefined {
  const details = statusFields(body)?.details ?? [];
  return details.map(retryDelayOf).find((millis) => millis !== undefined);
}

/** Fields of a `google.rpc.Status`: 1 the code, 2 the message, 3 details. */
function statusFields(
  body: Uint8Array,
): { readonly message: string; readonly details: Uint8Array[] } | undefined {
  try {
    let message = '';
    const details: Uint8Array[] = [];
    for (const { number, value } of new FieldReader(body).fields()) {
      if (number === 2 && typeof value !== 'number') message = new TextDecoder().decode(value);
      if (number === 3 && typeof value !== 'number') details.push(value);
    }
    return { message, details };
  } catch {
    return undefined;
  }
}

/** Of an Any: 1 its type, 2 the RetryInfo, whose field 1 is a Duration of 1 seconds and 2 nanoseconds. */
function retryDelayOf(detail: Uint8Array): number | undefined {
  const fields = [...new FieldReader(detail).fields()];
  const bytesOf = (number: number): Uint8Array => {
    const value = fields.find((field) => field.number === number)?.value;
    return typeof value === 'object' ? value : new Uint8Array();
  };
  if (!new TextDecoder().decode(bytesOf(1)).endsWith('/google.rpc.RetryInfo')) return undefined;
  let millis = 0;
  for (const { value: duration } of new FieldReader(bytesOf(2)).fields()) {
    if (typeof duration === 'number') continue;
    for (const { number, value } of new FieldReader(duration).fields())
      if (typeof value === 'number') millis += number === 1 ? value * 1000 : value / 1e6;
  }
  return millis;
}
