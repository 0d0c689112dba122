import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { type Socket, connect } from 'node:net';
import { fileURLToPath } from 'node:url';

export interface SpanMessage {
  readonly name: string;
  readonly kind: number;
  readonly traceId: string;
  readonly status: { readonly code: number; readonly message?: string };
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly events: readonly {
    readonly name: string;
    readonly attributes: Readonly<Record<string, unknown>>;
  }[];
  readonly durationMillis: number;
}

type Message = {
  readonly port?: number;
  readonly span?: SpanMessage;
  readonly reached?: string;
  readonly fault?: string;
  readonly alive?: number;
  readonly seen?: number;
};

/** The fixture server in its process, and its messages. */
export class HttpProcess {
  readonly port: number;
  readonly faults: string[] = [];
  readonly #child: ChildProcess;
  readonly #spans: SpanMessage[] = [];
  readonly #waiting: ((span: SpanMessage) => void)[] = [];
  readonly #sockets: Socket[] = [];

  constructor(child: ChildProcess, port: number) {
    this.#child = child;
    this.port = port;
    child.on('message', ({ span, fault }: Message) => {
      if (fault !== undefined) this.faults.push(fault);
      if (span === undefined) return;
      const waiting = this.#waiting.shift();
      if (waiting === undefined) this.#spans.push(span);
      else waiting(span);
    });
  }

  static async start(
    environment: Readonly<Record<string, string>> = {},
    execArgv: readonly string[] = [],
  ): Promise<HttpProcess> {
    const child = fork(fileURLToPath(new URL('../../fixtures/http-server.ts', import.meta.url)), {
      env: { ...process.env, NODE_OPTIONS: '', ...environment },
      execArgv: [...execArgv],
    });
    const [{ port }] = (await once(child, 'message')) as [Message];
    if (port === undefined) throw new Error('Expected the server to tell its port first');
    return new HttpProcess(child, port);
  }

  /** Spans in the order they ended; waits if there is none yet. */
  nextSpan(): Promise<SpanMessage> {
    const span = this.#spans.shift();
    return span === undefined ? new Promise((resolve) => this.#waiting.push(resolve)) : Promise.resolve(span);
  }

  get unreadSpans(): number {
    return this.#spans.length;
  }

  /** Resolves when the server has entered a handler. */
  async reached(path: string): Promise<void> {
    for (;;) {
      const [message] = (await once(this.#child, 'message')) as [Message];
      if (message.reached === path) return;
    }
  }

  /** Collects garbage in that process; needs `--expose-gc`. */
  async collect(): Promise<{ readonly alive: number; readonly seen: number }> {
    this.#child.send('collect');
    for (;;) {
      const [message] = (await once(this.#child, 'message')) as [Message];
      if (message.alive !== undefined) return { alive: message.alive, seen: message.seen ?? 0 };
    }
  }

  tell(message: string): void {
    this.#child.send(message);
  }

  async connect(): Promise<Socket> {
    const socket = connect(this.port, '127.0.0.1');
    this.#sockets.push(socket);
    socket.on('error', () => {});
    await once(socket, 'connect');
    return socket;
  }

  /** Sends one request on its own socket; returns the whole response, head and body. */
  async exchange(
    path: string,
    { method = 'GET', headers = '' } = {},
  ): Promise<{ readonly head: string; readonly body: Buffer }> {
    const socket = await this.connect();
    socket.write(requestText(path, { method, headers: `${headers}Connection: close\r\n` }));
    const chunks: Buffer[] = [];
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    await once(socket, 'close');
    const all = Buffer.concat(chunks);
    const split = all.indexOf('\r\n\r\n');
    return split < 0
      ? { head: '', body: all }
      : { head: all.subarray(0, split).toString('latin1'), body: all.subarray(split + 4) };
  }

  async stop(): Promise<void> {
    // One that nobody reads never closes by itself, and the worker of the tests would not end.
    for (const socket of this.#sockets) socket.destroy();
    if (this.#child.exitCode !== null) return;
    this.#child.disconnect();
    await once(this.#child, 'exit');
  }
}

export function requestText(path: string, { method = 'GET', headers = '' } = {}): string {
  return `${method} ${path} HTTP/1.1\r\nHost: localhost\r\n${headers}\r\n`;
}

/** Content of a chunked body. */
export function unchunked(body: Buffer): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0; ;) {
    const lineEnd = body.indexOf('\r\n', at);
    const size = parseInt(body.subarray(at, lineEnd).toString('latin1'), 16);
    if (lineEnd < 0 || !(size > 0)) return Buffer.concat(parts);
    parts.push(body.subarray(lineEnd + 2, lineEnd + 2 + size));
    at = lineEnd + 2 + size + 2;
  }
}
