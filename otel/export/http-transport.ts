import type { Agent, ClientRequest, IncomingMessage, RequestOptions } from 'node:http';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { OtlpTarget } from '../settings/otlp-target.ts';
import { codeOf, connectionFailure, responseFailure } from './export-faults.ts';
import { KeptConnection, tlsFiles } from './kept-connection.ts';
import { type OtlpTransport, USER_AGENT } from './otlp-transport.ts';

/** A response to an export is a few bytes; a page of a web server may be anything. */
const MAX_RESPONSE_BYTES = 64 * 1024;

const compressed = promisify(gzip);

interface Client {
  readonly agent: Agent;
  readonly request: (url: string, options: RequestOptions) => ClientRequest;
}

/** OTLP over HTTP: POST, without redirects and without retries, which are the pipeline's. Certificates are read at the first export. */
export class HttpTransport implements OtlpTransport {
  readonly #target: OtlpTarget;
  readonly #client: KeptConnection<Client>;

  constructor(target: OtlpTarget) {
    this.#target = target;
    this.#client = new KeptConnection(
      () => openClient(target),
      ({ agent }) => agent.destroy(),
    );
  }

  async send(body: Uint8Array, mediaType: string, abort: AbortSignal): Promise<Uint8Array> {
    const { response, answer } = await this.#exchange(body, mediaType, abort).catch((error: unknown) => {
      abort.throwIfAborted();
      throw connectionFailure(error, this.#target);
    });
    const { statusCode: status = 0, headers } = response;
    if (status >= 200 && status < 300) return answer;
    throw responseFailure({ status, headers, body: answer }, this.#target);
  }

  async #exchange(
    body: Uint8Array,
    mediaType: string,
    signal: AbortSignal,
  ): Promise<{ readonly response: IncomingMessage; readonly answer: Uint8Array }> {
    const { agent, request } = await this.#client.get();
    const isCompressed = this.#target.compression === 'gzip';
    const sent = isCompressed ? await compressed(body) : body;
    signal.throwIfAborted();
    const headers = {
      ...this.#target.headers,
      'Content-Type': mediaType,
      'Content-Length': sent.length,
      ...(isCompressed ? { 'Content-Encoding': 'gzip' } : {}),
      'User-Agent': USER_AGENT,
    };
    const ask = (): ClientRequest => request(this.#target.url, { method: 'POST', headers, agent, signal });
    const asked = ask();
    const response = await answered(asked, sent).catch((error: unknown) => {
      if (!wasClosedMeanwhile(asked, error)) throw error;
      return answered(ask(), sent);
    });
    return { response, answer: await bodyOf(response) };
  }

  close(): void {
    this.#client.close();
  }
}

/** Imports late, so that the HTTP instrumentation comes first. */
async function openClient(target: OtlpTarget): Promise<Client> {
  if (!target.url.startsWith('https:')) {
    const { Agent, request } = await import('node:http');
    return { agent: new Agent({ keepAlive: true }), request };
  }
  const { Agent, request } = await import('node:https');
  return { agent: new Agent({ keepAlive: true, ...(await tlsFiles(target)) }), request };
}

function answered(request: ClientRequest, body: Uint8Array): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request.on('response', resolve);
    request.on('error', reject);
    request.end(body);
  });
}

/** The receiver closed the kept connection at the moment of the request, which is no failure of its own. */
function wasClosedMeanwhile({ reusedSocket }: ClientRequest, error: unknown): boolean {
  return reusedSocket && ['ECONNRESET', 'EPIPE'].includes(codeOf(error));
}

/** The first bytes of the body, as many as are of use. */
async function bodyOf(response: IncomingMessage): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response) {
    if (!Buffer.isBuffer(chunk)) continue;
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes >= MAX_RESPONSE_BYTES) break;
  }
  return Buffer.concat(chunks).subarray(0, MAX_RESPONSE_BYTES);
}
