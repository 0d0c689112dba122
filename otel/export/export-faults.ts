import { decoded } from '../base/decoded.ts';
import { retryAfterOf } from '../base/retry-after.ts';
import type { IncomingHttpHeaders } from 'node:http';
import { type OtlpTarget, withoutCredentials } from '../settings/otlp-target.ts';
import { ExportFailure } from './delivery.ts';
import { messageOfStatus } from './otlp-answer.ts';

/** What a sentence quotes of a response. */
const MAX_QUOTED = 120;
/** A shorter word is in any text. */
const MIN_SECRET_LENGTH = 4;
/** By the OTLP specification; every other status is final. */
const RETRYABLE: ReadonlySet<number> = new Set([429, 502, 503, 504]);

type Target = Pick<OtlpTarget, 'url' | 'headers' | 'signal'>;

export interface FailedResponse {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Uint8Array;
}

/** A response that is no success, in a sentence. */
export function responseFailure(
  { status, headers, body }: FailedResponse,
  target: Target,
  nowMillis = Date.now(),
): ExportFailure {
  const retryAfterMillis = RETRYABLE.has(status)
    ? retryAfterOf(headers['retry-after'], nowMillis)
    : undefined;
  return new ExportFailure(
    sentenceOf(status, headers, quoted(body, target, headers['content-type']), target),
    {
      errorType: String(status),
      isRetryable: RETRYABLE.has(status),
      isTooLarge: status === 413,
      retryAfterMillis,
    },
  );
}

function sentenceOf(
  status: number,
  headers: IncomingHttpHeaders,
  words: string,
  { url, signal }: Target,
): string {
  const said = words === '' ? '' : `: ${words}`;
  const code = `HTTP ${status}`;
  if (status >= 300 && status < 400) {
    const to = headers.location === undefined ? 'elsewhere' : `to ${withoutCredentials(headers.location)}`;
    return `the receiver redirects ${to} (${code}), and exports do not follow: set that address`;
  }
  switch (status) {
    case 401:
    case 403:
      return `the receiver refuses the credentials (${code})${said}; set OTEL_EXPORTER_OTLP_HEADERS`;
    case 404:
      return `the receiver has no ${pathOf(url)} (${code})${said}${signal === 'traces' ? '; correct the address' : `; if it accepts no ${signal}, as Jaeger, set OTEL_EXPORTER_OTLP_TRACES_ENDPOINT instead of OTEL_EXPORTER_OTLP_ENDPOINT`}`;
    case 413:
      return `the export is too large for the receiver (${code})${said}`;
    case 429:
    case 502:
    case 503:
    case 504:
      return `the receiver is overloaded or not ready (${code})${said}${waitOf(headers['retry-after'])}`;
    default:
      return `the receiver answered ${code}${said}`;
  }
}

function waitOf(header: string | undefined): string {
  return header === undefined ? '' : `; it asks to wait: ${/^\d+$/.test(header) ? `${header} s` : header}`;
}

/** A 2xx response whose body is not OTLP. */
export function notOtlp(body: Uint8Array, target: Target): ExportFailure {
  const address = withoutCredentials(target.url);
  const isPage = /^\s*</.test(textOf(body));
  return new ExportFailure(
    `${address} is not an OTLP receiver: it answered with ${isPage ? 'a web page' : 'something else'}, ${quoted(body, target, isPage ? 'text/html' : undefined)}; receivers listen on port 4318, gRPC on 4317`,
    { errorType: 'not_otlp' },
  );
}

/** What the words of a certificate's error mean for the owner. */
const CERTIFICATE_FAULTS: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'has expired',
  CERT_NOT_YET_VALID: 'is not valid yet: compare the clocks',
  ERR_TLS_CERT_ALTNAME_INVALID: 'is for another name',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'is signed by itself: set OTEL_EXPORTER_OTLP_CERTIFICATE',
  SELF_SIGNED_CERT_IN_CHAIN: 'is signed by an unknown authority: set OTEL_EXPORTER_OTLP_CERTIFICATE',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'is signed by an unknown authority: set OTEL_EXPORTER_OTLP_CERTIFICATE',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'is signed by an unknown authority: set OTEL_EXPORTER_OTLP_CERTIFICATE',
};

/** A request without a complete response, in a sentence; it may succeed later. */
export function connectionFailure(error: unknown, target: Target): ExportFailure {
  const code = codeOf(error);
  return new ExportFailure(causeOf(code, error, target), {
    errorType: code,
    isRetryable: true,
    cause: error,
  });
}

function causeOf(code: string, error: unknown, { url }: Target): string {
  const address = withoutCredentials(url);
  const { hostname, host } = new URL(url);
  const certificate = CERTIFICATE_FAULTS[code];
  if (certificate !== undefined) return `the certificate of ${host} ${certificate} (${code})`;
  if (code.startsWith('HPE_'))
    return `${address} does not speak HTTP/1.1 (${code}): it may be a port for gRPC, usually 4317; use 4318, or OTEL_EXPORTER_OTLP_PROTOCOL=grpc`;
  switch (code) {
    case 'ECONNREFUSED':
      return `nothing listens at ${host} (${code}): start the receiver, or correct the address`;
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `the name ${hostname} is not known (${code}): correct the address, or the DNS`;
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return `${host} cannot be reached from here (${code})`;
    case 'ETIMEDOUT':
      return `${host} does not answer (${code})`;
    case 'ECONNRESET':
    case 'EPIPE':
      return `${address} closed the connection without a response (${code}): it may be a port for gRPC or TLS`;
    case 'EPROTO':
    case 'ERR_SSL_WRONG_VERSION_NUMBER':
    case 'ERR_SSL_PACKET_LENGTH_TOO_LONG':
      return `${host} does not speak TLS (${code}): use http:// instead of https://`;
    default:
      return `${address} failed: ${messageOf(error)}`;
  }
}

/** Code of the system; localhost with two addresses fails as an AggregateError. */
export function codeOf(error: unknown): string {
  const code = partOf(error, 'code');
  if (typeof code === 'string') return code;
  const errors = partOf(error, 'errors');
  if (Array.isArray(errors) && errors.length > 0) return codeOf(errors[0]);
  const name = partOf(error, 'name');
  return typeof name === 'string' ? name : '_OTHER';
}

function messageOf(error: unknown): string {
  const message = partOf(error, 'message');
  return typeof message === 'string' && message !== '' ? message : String(error);
}

function partOf(error: unknown, name: string): unknown {
  return typeof error === 'object' && error !== null ? Reflect.get(error, name) : undefined;
}

function pathOf(url: string): string {
  return new URL(url).pathname;
}

/** The receiver's own words, from text, JSON or a `google.rpc.Status`; a page's title. */
function quoted(body: Uint8Array, target: Target, contentType = ''): string {
  const words = contentType.startsWith('application/x-protobuf')
    ? messageOfStatus(body)
    : contentType.startsWith('text/html')
      ? titleOf(textOf(body))
      : messageIn(textOf(body));
  const clean = withoutSecrets(words, target)
    .replaceAll(/[\p{Cc}\s]+/gu, ' ')
    .trim();
  if (clean === '') return '';
  return JSON.stringify(clean.length > MAX_QUOTED ? `${clean.slice(0, MAX_QUOTED)}…` : clean);
}

function textOf(body: Uint8Array): string {
  return new TextDecoder().decode(body.subarray(0, 4096));
}

function titleOf(page: string): string {
  const start = page.search(/<title>/i);
  return start === -1 ? page : page.slice(start + 7).replace(/<[^]*$/, '');
}

function messageIn(text: string): string {
  if (!text.startsWith('{')) return text;
  try {
    const parsed: unknown = JSON.parse(text);
    const hasMessage = typeof parsed === 'object' && parsed !== null && 'message' in parsed;
    return hasMessage && typeof parsed.message === 'string' ? parsed.message : text;
  } catch {
    return text;
  }
}

/** A receiver may repeat the credentials it was sent. */
function withoutSecrets(words: string, { url, headers }: Target): string {
  const { username, password, searchParams } = new URL(url);
  const secrets = [...Object.values(headers), username, password, ...searchParams.values()]
    .flatMap((value) => [value, decoded(value), ...value.split(' ')])
    .filter((value) => value.length >= MIN_SECRET_LENGTH);
  return secrets.reduce((text, secret) => text.replaceAll(secret, '…'), words);
}
