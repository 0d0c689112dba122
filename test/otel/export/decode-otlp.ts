/** Minimal protobuf decoder for what an OTLP receiver gets; field numbers are those of opentelemetry-proto. */
type Field = bigint | number | Uint8Array;
type Message = Map<number, Field[]>;

export interface DecodedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string;
  readonly traceState: string;
  readonly name: string;
  readonly kind: number;
  readonly links: readonly {
    readonly traceId: string;
    readonly spanId: string;
    readonly traceState: string;
  }[];
  readonly attributes: Record<string, unknown>;
  readonly resource: Record<string, unknown>;
  readonly scope: string;
}

export interface DecodedHistogramPoint {
  readonly metric: string;
  readonly unit: string;
  readonly attributes: Record<string, unknown>;
  readonly count: number;
  readonly sum: number;
  readonly scale: number;
  readonly zeroCount: number;
  readonly offset: number;
  readonly bucketCounts: readonly number[];
  readonly min: number;
  readonly max: number;
  readonly exemplars: readonly DecodedExemplar[];
}

export interface DecodedExemplar {
  readonly traceId: string;
  readonly spanId: string;
  readonly value: number;
  readonly timeUnixNano: bigint;
}

/** The spans of an ExportTraceServiceRequest. */
export function decodeSpans(body: Uint8Array): DecodedSpan[] {
  return messages(read(body), 1).flatMap((resourceSpans) => {
    const resource = attributes(messages(resourceSpans, 1)[0] ?? new Map(), 1);
    return messages(resourceSpans, 2).flatMap((scopeSpans) => {
      const scope = text(messages(scopeSpans, 1)[0] ?? new Map(), 1);
      return messages(scopeSpans, 2).map((span) => ({
        traceId: hex(span, 1),
        spanId: hex(span, 2),
        traceState: text(span, 3),
        parentSpanId: hex(span, 4),
        name: text(span, 5),
        kind: Number(span.get(6)?.[0] ?? 0),
        links: messages(span, 13).map((link) => ({
          traceId: hex(link, 1),
          spanId: hex(link, 2),
          traceState: text(link, 3),
        })),
        attributes: attributes(span, 9),
        resource,
        scope,
      }));
    });
  });
}

export interface DecodedLog {
  readonly traceId: string;
  readonly body: string;
}

/** The records of an ExportLogsServiceRequest. */
export function decodeLogs(body: Uint8Array): DecodedLog[] {
  return messages(read(body), 1)
    .flatMap((resourceLogs) => messages(resourceLogs, 2))
    .flatMap((scopeLogs) => messages(scopeLogs, 2))
    .map((record) => ({
      traceId: hex(record, 9),
      body: text(messages(record, 5)[0] ?? new Map(), 1),
    }));
}

export function decodeMetricNames(body: Uint8Array): string[] {
  return metrics(body).map((metric) => text(metric, 1));
}

/** The exponential histograms of an ExportMetricsServiceRequest, a row per point. */
export function decodeHistograms(body: Uint8Array): DecodedHistogramPoint[] {
  return metrics(body).flatMap((metric) =>
    messages(metric, 10).flatMap((histogram) =>
      messages(histogram, 1).map((point) => {
        const positive = messages(point, 8)[0] ?? new Map();
        return {
          metric: text(metric, 1),
          unit: text(metric, 3),
          attributes: attributes(point, 1),
          count: Number(point.get(4)?.[0] ?? 0),
          sum: double(point, 5),
          scale: zigzag(point, 6),
          zeroCount: Number(point.get(7)?.[0] ?? 0),
          offset: zigzag(positive, 1),
          bucketCounts: packedVarints(positive, 2),
          min: double(point, 12),
          max: double(point, 13),
          exemplars: exemplars(point, 11),
        };
      }),
    ),
  );
}

/** The same of histograms with fixed buckets. */
export function decodeFixedHistograms(
  body: Uint8Array,
): readonly { readonly metric: string; readonly exemplars: readonly DecodedExemplar[] }[] {
  return metrics(body).flatMap((metric) =>
    messages(metric, 9).flatMap((histogram) =>
      messages(histogram, 1).map((point) => ({ metric: text(metric, 1), exemplars: exemplars(point, 8) })),
    ),
  );
}

function exemplars(point: Message, field: number): readonly DecodedExemplar[] {
  return messages(point, field).map((exemplar) => ({
    timeUnixNano: bigint(exemplar, 2),
    value: double(exemplar, 3),
    spanId: hex(exemplar, 4),
    traceId: hex(exemplar, 5),
  }));
}

function metrics(body: Uint8Array): Message[] {
  return messages(read(body), 1).flatMap((resourceMetrics) =>
    messages(resourceMetrics, 2).flatMap((scopeMetrics) => messages(scopeMetrics, 2)),
  );
}

function read(bytes: Uint8Array): Message {
  const message: Message = new Map();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = view.getUint8(at++);
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  };
  while (at < bytes.length) {
    const tag = Number(varint());
    let field: Field;
    switch (tag & 7) {
      case 0:
        field = varint();
        break;
      case 1:
        field = view.getBigUint64(at, true);
        at += 8;
        break;
      case 2: {
        const length = Number(varint());
        field = bytes.subarray(at, at + length);
        at += length;
        break;
      }
      case 5:
        field = view.getUint32(at, true);
        at += 4;
        break;
      default:
        throw new Error(`unknown wire type ${tag & 7}`);
    }
    message.set(tag >> 3, [...(message.get(tag >> 3) ?? []), field]);
  }
  return message;
}

function messages(message: Message, field: number): Message[] {
  return (message.get(field) ?? []).map((bytes) => read(bytes as Uint8Array));
}

function text(message: Message, field: number): string {
  return Buffer.from((message.get(field)?.[0] as Uint8Array | undefined) ?? []).toString();
}

function hex(message: Message, field: number): string {
  return Buffer.from((message.get(field)?.[0] as Uint8Array | undefined) ?? []).toString('hex');
}

function bigint(message: Message, field: number): bigint {
  const value = message.get(field)?.[0];
  return typeof value === 'bigint' ? value : 0n;
}

function double(message: Message, field: number): number {
  const bits = new DataView(new ArrayBuffer(8));
  bits.setBigUint64(0, (message.get(field)?.[0] as bigint | undefined) ?? 0n);
  return bits.getFloat64(0);
}

function zigzag(message: Message, field: number): number {
  const value = Number(message.get(field)?.[0] ?? 0);
  return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
}

function packedVarints(message: Message, field: number): number[] {
  const counts: number[] = [];
  let value = 0;
  let scale = 1;
  for (const byte of (message.get(field)?.[0] as Uint8Array | undefined) ?? []) {
    value += (byte & 0x7f) * scale;
    scale *= 128;
    if (byte < 0x80) {
      counts.push(value);
      value = 0;
      scale = 1;
    }
  }
  return counts;
}

function attributes(message: Message, field: number): Record<string, unknown> {
  return Object.fromEntries(
    messages(message, field).map((pair) => {
      const value = messages(pair, 2)[0] ?? new Map<number, Field[]>();
      if (value.has(1)) return [text(pair, 1), text(value, 1)];
      if (value.has(2)) return [text(pair, 1), value.get(2)?.[0] === 1n];
      if (value.has(4)) return [text(pair, 1), double(value, 4)];
      return [text(pair, 1), Number(value.get(3)?.[0] ?? 0)];
    }),
  );
}
