import { closeSync, openSync, readSync } from 'node:fs';

const TABLES = ['/proc/net/tcp', '/proc/net/tcp6'];
/** Listening sockets come first, some 150 bytes each. */
const MAX_BYTES = 65_536;
const LISTENING = '0A';

/**
 * How many connections wait to be accepted, by local port: of a listening socket, Linux tells that as bytes to be read. A port that is missing is
 * not known; elsewhere, none is.
 */
export function waitingConnections(): ReadonlyMap<number, number> {
  const waiting = new Map<number, number>();
  for (const table of TABLES)
    for (const line of beginningOf(table).split('\n')) {
      const [, local, , state, queues] = line.trim().split(/\s+/);
      if (state !== LISTENING) continue;
      const port = Number.parseInt(local?.split(':')[1] ?? '', 16);
      const count = Number.parseInt(queues?.split(':')[1] ?? '', 16);
      // Of two addresses with one port, either may be meant.
      waiting.set(port, (waiting.get(port) ?? 0) + count);
    }
  return waiting;
}

function beginningOf(path: string): string {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch {
    return '';
  }
  try {
    const bytes = Buffer.alloc(MAX_BYTES);
    return bytes.toString('latin1', 0, readSync(file, bytes));
  } catch {
    return '';
  } finally {
    closeSync(file);
  }
}
