import { Agent, request, type IncomingHttpHeaders } from 'node:http';

export interface Visit {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** A browser without a screen: it keeps cookies by their path and follows nothing by itself. */
export class Visitor {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 4 });
  readonly cookies = new Map<string, { readonly value: string; readonly path: string }>();

  send(
    address: string,
    { fields, headers = {} }: { fields?: Record<string, string>; headers?: Record<string, string> } = {},
  ): Promise<Visit> {
    const url = new URL(address);
    const cookie = this.#cookiesFor(url);
    const form = { origin: url.origin, 'content-type': 'application/x-www-form-urlencoded' };
    const options = {
      agent: this.#agent,
      method: fields === undefined ? 'GET' : 'POST',
      headers: {
        accept: 'text/html,*/*;q=0.8',
        ...(cookie !== '' && { cookie }),
        ...(fields !== undefined && form),
        ...headers,
      },
    };
    return new Promise((resolve, reject) => {
      const outgoing = request(url, options, (answer) => {
        let text = '';
        answer.setEncoding('latin1').on('data', (part: string) => (text += part));
        answer.on('error', reject);
        answer.on('end', () => {
          for (const line of answer.headers['set-cookie'] ?? []) this.#keep(line);
          resolve({ status: answer.statusCode!, headers: answer.headers, text });
        });
      });
      // As browsers do: while this process was busy, the server may have closed a connection that was idle.
      outgoing.on('error', (error) =>
        outgoing.reusedSocket
          ? resolve(this.send(address, { ...(fields && { fields }), headers }))
          : reject(error),
      );
      outgoing.end(fields && new URLSearchParams(fields).toString());
    });
  }

  /** The first whole moment of a stream of live updates; the connection is closed then. */
  firstMoment(url: URL): Promise<string> {
    const headers = { cookie: this.#cookiesFor(url), accept: 'text/event-stream' };
    return new Promise((resolve, reject) => {
      const outgoing = request(url, { headers, agent: false }, (answer) => {
        let text = '';
        answer.setEncoding('utf8').on('data', (part: string) => {
          text += part;
          // The pace comes before it; of the last one the end may be missing.
          const moment = text
            .split('\n\n')
            .slice(0, -1)
            .find((event) => event.includes('event: moment\n'));
          if (moment === undefined) return;
          outgoing.destroy();
          resolve(moment);
        });
        answer.on('error', reject);
      });
      outgoing.on('error', reject);
      outgoing.end();
    });
  }

  #cookiesFor({ pathname }: URL): string {
    return [...this.cookies]
      .filter(([, { path }]) => pathname === path || pathname.startsWith(path.replace(/\/?$/, '/')))
      .map(([name, { value }]) => `${name}=${value}`)
      .join('; ');
  }

  #keep(line: string): void {
    const [, name, value] = /^([^=]+)=([^;]*)/.exec(line)!;
    const path = /;\s*Path=([^;]+)/i.exec(line)?.[1] ?? '';
    if (value === '') this.cookies.delete(name!);
    else this.cookies.set(name!, { value: value!, path });
  }

  close(): void {
    this.#agent.destroy();
  }
}
