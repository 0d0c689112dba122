import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';

/** A mail server for one message a connection, on loopback. */
export interface SmtpServer extends AsyncDisposable {
  readonly port: number;
  /** Commands without their data. */
  readonly commands: readonly string[];
  /** Data of each message, with headers. */
  readonly messages: readonly string[];
}

/** @param replies Other replies by the first word of a command, `DATA-END` for the message. `silent` never greets. */
export async function smtpServer({
  replies = {},
  silent = false,
  tls,
}: {
  readonly replies?: Readonly<Record<string, string>>;
  readonly silent?: boolean;
  readonly tls?: TlsOptions;
} = {}): Promise<SmtpServer> {
  const commands: string[] = [];
  const messages: string[] = [];
  const sockets = new Set<Socket>();
  const talk = (socket: Socket): void => {
    sockets.add(socket);
    socket.on('error', () => {});
    if (silent) return void socket.resume();
    const say = (line: string): void => void socket.write(`${line}\r\n`);
    let text = '';
    let isData = false;
    say('220 mail.example ESMTP');
    socket.setEncoding('utf8').on('data', (part: string) => {
      text += part;
      for (let end = nextEnd(text, isData); end >= 0; end = nextEnd(text, isData)) {
        const line = text.slice(0, end);
        text = text.slice(end + (isData ? 5 : 2));
        if (isData) {
          messages.push(line);
          isData = false;
          say(replies['DATA-END'] ?? '250 accepted');
          continue;
        }
        commands.push(line);
        const word = line.split(/[\s:]/)[0]!.toUpperCase();
        isData = word === 'DATA' && replies[word] === undefined;
        say(replies[word] ?? (isData ? '354 go on' : word === 'QUIT' ? '221 bye' : '250 mail.example'));
      }
    });
  };
  const server: Server = tls === undefined ? createServer(talk) : createTlsServer(tls, talk);
  server.on('tlsClientError', () => {});
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    commands,
    messages,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function nextEnd(text: string, isData: boolean): number {
  return text.indexOf(isData ? '\r\n.\r\n' : '\r\n');
}
