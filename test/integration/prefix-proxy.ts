import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A reverse proxy that has given one path of its host to the blog. What is asked outside of that path is a 404, and remembered. */
export class PrefixProxy {
  readonly prefix: string;
  readonly #strips: boolean;
  readonly #server: Server;
  /** Where the blog listens; nothing is passed on before. */
  upstream: URL | undefined;
  /** Targets outside of the prefix. */
  readonly strays: string[] = [];

  private constructor(prefix: string, strips: boolean) {
    this.prefix = prefix;
    this.#strips = strips;
    this.#server = createServer((incoming, outgoing) => {
      const target = incoming.url ?? '/';
      const rest = target.slice(prefix.length);
      if (!target.startsWith(prefix) || !/^(?:$|[/?])/.test(rest) || this.upstream === undefined) {
        this.strays.push(target);
        outgoing.writeHead(404).end();
        return;
      }
      const path = this.#strips ? (rest.startsWith('/') ? rest : `/${rest}`) : target;
      const { hostname, port } = this.upstream;
      const forwarded = [incoming.headers['x-forwarded-for'], incoming.socket.remoteAddress];
      const headers = { ...incoming.headers, 'x-forwarded-for': forwarded.flat().filter(Boolean).join(', ') };
      const passed = request({ hostname, port, path, method: incoming.method, headers }, (answer) => {
        outgoing.writeHead(answer.statusCode!, answer.rawHeaders);
        outgoing.flushHeaders();
        answer.pipe(outgoing);
      });
      passed.on('error', () => outgoing.destroy());
      outgoing.on('close', () => passed.destroy());
      incoming.pipe(passed);
    });
  }

  static async start(options: { readonly prefix: string; readonly strips: boolean }): Promise<PrefixProxy> {
    const proxy = new PrefixProxy(options.prefix, options.strips);
    await new Promise<void>((resolve) => proxy.#server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** What PUBLIC_URL has to be. */
  get publicUrl(): string {
    return this.origin + this.prefix;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
