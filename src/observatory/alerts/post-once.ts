import { lookup as lookUp, type LookupAddress } from 'node:dns';
import { request as requestHttp, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { retryAfterOf } from '../../../otel/kit.ts';
import { isPrivateAddress } from './private-address.ts';
import { MAX_ATTEMPT_MILLIS, type Attempt } from './receiver.ts';

export interface PostOptions {
  readonly url: string;
  /** Also sends to addresses of this machine and its network. */
  readonly mayBePrivate: boolean;
  /** For tests; default: the system's. */
  readonly resolve?: (host: string, done: (error: Error | null, addresses: LookupAddress[]) => void) => void;
  readonly maxMillis?: number;
}

/** Sends a body once. Never rejects. @param signal Ends the attempt. */
export type Post = (
  body: Buffer,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
) => Promise<Attempt>;

/** Read of a refusing answer, for the page. */
const MAX_ANSWER_BYTES = 300;
/** Statuses after which the same message may be accepted (RFC 9110, 6585); 5xx too. */
const TEMPORARY = new Set([408, 425, 429]);

class PrivateAddress extends Error {
  override readonly name = 'PrivateAddress';
  constructor(address: string) {
    super(`its address ${address} is private or of this machine; ALERT_PRIVATE_ADDRESSES=true allows it`);
  }
}

/**
 * Sends by POST to an address from the settings. The address is checked when it is connected to, so that a name cannot resolve to another one
 * afterwards. Redirects are not followed.
 */
export function createPost({
  url,
  mayBePrivate,
  resolve = resolveAll,
  maxMillis = MAX_ATTEMPT_MILLIS,
}: PostOptions): Post {
  const target = new URL(url);
  const host = target.hostname.replace(/^\[|\]$/g, '');
  const options: RequestOptions = {
    method: 'POST',
    agent: false,
    ...(!mayBePrivate && { lookup: publicLookup(resolve) }),
  };
  return (body, headers, signal) => {
    // A literal address is not looked up.
    if (!mayBePrivate && isIP(host) !== 0 && isPrivateAddress(host))
      return Promise.resolve(faultOf(new PrivateAddress(host), maxMillis));
    return new Promise((settle) => {
      const request = (target.protocol === 'https:' ? requestHttps : requestHttp)(target, {
        ...options,
        signal: AbortSignal.any([signal, AbortSignal.timeout(maxMillis)]),
        headers: { ...headers, 'Content-Length': body.length, 'User-Agent': 'Glasshouse' },
      });
      request.on('error', (error) => settle(faultOf(error, maxMillis)));
      request.on('response', (response) => {
        void answerOf(response).then((answer) => {
          request.destroy();
          settle(answer);
        });
      });
      request.end(body);
    });
  };
}

function resolveAll(host: string, done: (error: Error | null, addresses: LookupAddress[]) => void): void {
  lookUp(host, { all: true }, done);
}

/** Refuses a name if any of its addresses is private. */
function publicLookup(resolve: NonNullable<PostOptions['resolve']>): LookupFunction {
  return (host, { all }, done) => {
    resolve(host, (error, addresses) => {
      const bad = addresses?.find(({ address }) => isPrivateAddress(address));
      const [first] = addresses ?? [];
      const fault = error ?? (bad === undefined ? undefined : new PrivateAddress(bad.address));
      if (fault !== undefined) return done(fault, []);
      if (first === undefined) return done(new Error(`${host} has no address`), []);
      if (all === true) return done(null, addresses);
      return done(null, first.address, first.family);
    });
  };
}

async function answerOf(response: IncomingMessage): Promise<Attempt> {
  const { statusCode = 0 } = response;
  if (statusCode >= 200 && statusCode < 300) return { outcome: 'sent', result: `answered ${statusCode}` };
  if (statusCode >= 300 && statusCode < 400)
    return { outcome: 'refused', result: `answered ${statusCode}, a redirect; redirects are not followed` };
  const said = await beginningOf(response);
  const result = `answered ${statusCode}${said === '' ? '' : `: ${said}`}`;
  if (statusCode < 500 && !TEMPORARY.has(statusCode)) return { outcome: 'refused', result };
  return {
    outcome: 'failed',
    result,
    retryAfterMillis: retryAfterOf(response.headers['retry-after'], Date.now()),
  };
}

/** Its first bytes on one line; the rest is not read. */
async function beginningOf(response: IncomingMessage): Promise<string> {
  let bytes = Buffer.alloc(0);
  try {
    for await (const chunk of response) {
      if (Buffer.isBuffer(chunk)) bytes = Buffer.concat([bytes, chunk]).subarray(0, MAX_ANSWER_BYTES);
      if (bytes.length >= MAX_ANSWER_BYTES) break;
    }
  } catch {
    // The status is known.
  }
  return bytes
    .toString('utf8')
    .replace(/[\s\p{Cc}\p{Cf}]+/gu, ' ')
    .trim();
}

function faultOf(error: Error & { readonly code?: string }, maxMillis: number): Attempt {
  if (error instanceof PrivateAddress) return { outcome: 'refused', result: `not sent: ${error.message}` };
  const isLate = error.name === 'AbortError' || error.name === 'TimeoutError';
  return {
    outcome: 'failed',
    result: isLate ? `no answer within ${maxMillis / 1000} s` : `not sent: ${error.message || error.code}`,
  };
}
