import { ImportError } from './import-error.ts';

export type Json = Readonly<Record<string, unknown>>;

/** Deeper than any OTLP value; without a limit, a recursive parser would overflow the stack. */
export const MAX_DEPTH = 64;

export const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Parses a file into OTLP documents: one, or one per line, normalised to the specification. Also accepts the field names of
 * the protocol (`resource_spans`), Tempo's `batches` and `trace`, and `instrumentationLibrarySpans` from before OTLP 0.18.
 * Throws ImportError.
 */
export function otlpDocuments(text: string): readonly Json[] {
  const trimmed = text.trim().replace(/^\uFEFF/, '');
  if (trimmed === '')
    throw new ImportError('The text is empty. Paste OTLP JSON, as “OTLP” on a trace page downloads it.');
  checkDepth(trimmed);
  try {
    return [documentOf(trimmed)];
  } catch (error) {
    if (error instanceof ImportError) throw error;
    const lines = trimmed.split('\n').filter((line) => line.trim() !== '');
    try {
      if (lines.length > 1) return lines.map(documentOf);
    } catch {
      // The first error has the position.
    }
    throw new ImportError(`Invalid JSON: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}

function documentOf(text: string): Json {
  const value: unknown = JSON.parse(text, exactIntegers);
  refuseOtherFormats(value);
  if (!isObject(value)) throw new ImportError('OTLP JSON must be an object: {"resourceSpans":[…]}.');
  const named =
    'resource_spans' in value || 'batches' in value || 'trace' in value ? camelCased(value) : value;
  return unwrapped(isObject(named) ? named : value);
}

/** Counts the depth of brackets outside strings in one pass. */
function checkDepth(text: string): void {
  let depth = 0;
  let inString = false;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (inString) {
      if (code === BACKSLASH) at++;
      else if (code === QUOTE) inString = false;
    } else if (code === QUOTE) inString = true;
    else if (code === OPEN_LIST || code === OPEN_OBJECT) {
      if (++depth > MAX_DEPTH)
        throw new ImportError(`The file is nested deeper than ${MAX_DEPTH} levels, more than OTLP ever is.`);
    } else if (code === CLOSE_LIST || code === CLOSE_OBJECT) depth--;
  }
}
const [QUOTE, BACKSLASH, OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [
  0x22, 0x5c, 0x5b, 0x5d, 0x7b, 0x7d,
];

/**
 * 64-bit integers may be numbers or strings (https://protobuf.dev/programming-guides/json/). A double would round a time to a quarter of
 * a microsecond, so a number that is not a safe integer stays text.
 */
function exactIntegers(_key: string, value: unknown, context?: { readonly source?: string }): unknown {
  if (typeof value !== 'number' || Number.isSafeInteger(value)) return value;
  const source = context?.source;
  return source !== undefined && /^-?\d{1,20}$/.test(source) ? source : value;
}

function refuseOtherFormats(value: unknown): void {
  const first: unknown = Array.isArray(value) ? value[0] : undefined;
  if (isObject(first) && 'traceId' in first && 'timestamp' in first)
    throw new ImportError(`This is a Zipkin file, a list of spans. ${EXPECTED}`);
  if (
    isObject(value) &&
    Array.isArray(value['data']) &&
    isObject(value['data'][0]) &&
    'traceID' in value['data'][0]
  )
    throw new ImportError(`This is a file of Jaeger’s own format ("data", "traceID"). ${EXPECTED}`);
}
export const EXPECTED = 'Expected OTLP JSON: {"resourceSpans":[{"scopeSpans":[{"spans":[…]}]}]}.';

/** Tempo wraps its responses in `{"trace":{…}}`, and calls the list `batches` or `resourceSpans`. */
function unwrapped(value: Json): Json {
  if (value['resourceSpans'] !== undefined) return value;
  if (Array.isArray(value['batches'])) return { ...value, resourceSpans: value['batches'] };
  return isObject(value['trace']) ? unwrapped(value['trace']) : value;
}

/** Renames object keys only; attribute names are values in OTLP. */
function camelCased(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(camelCased);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [
      key.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()),
      camelCased(each),
    ]),
  );
}
