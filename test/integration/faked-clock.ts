/**
 * Loaded with `--import` before anything else: the time of this process is its parent's. The clocks stand still until a line of JSON on the
 * socket moves them: `{"advance": ms, "hop": ms}` lets time pass, in hops, and timers fire that come due; `{"step": ms}` sets the wall clock
 * alone. The answer is a line with both clocks. Sockets, files and SQLite stay as they are.
 */
import { rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { isMainThread } from 'node:worker_threads';

interface Move {
  readonly advance?: number;
  readonly hop?: number;
  readonly step?: number;
}

/** A timer as code holds it. */
class FakedTimer {
  dueMillis = 0;
  readonly #everyMillis: number | undefined;
  readonly #waitMillis: number;
  readonly #work: () => void;
  constructor(work: () => void, waitMillis: number, repeats: boolean) {
    this.#work = work;
    this.#waitMillis = Math.max(1, waitMillis || 0);
    this.#everyMillis = repeats ? this.#waitMillis : undefined;
    this.refresh();
  }
  fire(): void {
    if (this.#everyMillis === undefined) waiting.delete(this);
    // After a hop over several of its turns it fires once, as behind a loop that was held.
    else this.dueMillis = monotonicMillis + this.#everyMillis;
    this.#work();
  }
  refresh(): this {
    this.dueMillis = monotonicMillis + this.#waitMillis;
    waiting.add(this);
    return this;
  }
  ref(): this {
    return this;
  }
  unref(): this {
    return this;
  }
  hasRef(): boolean {
    return false;
  }
  close(): this {
    waiting.delete(this);
    return this;
  }
  [Symbol.dispose](): void {
    this.close();
  }
}

const realImmediate = setImmediate;
const waiting = new Set<FakedTimer>();
let wallMillis = Number(process.env['FAKED_CLOCK_START']);
let monotonicMillis = performance.now();

function fakeTime(): void {
  const now = (): number => wallMillis;
  globalThis.Date = new Proxy(Date, {
    construct: (real, given: [], target: typeof Date) =>
      Reflect.construct(real, given.length === 0 ? [wallMillis] : given, target) as Date,
    apply: () => new Date(wallMillis).toString(),
    get: (real, key): unknown => (key === 'now' ? now : Reflect.get(real, key)),
  });
  Object.defineProperty(performance, 'timeOrigin', { value: wallMillis - monotonicMillis });
  Object.defineProperty(performance, 'now', { value: () => monotonicMillis });
  const make =
    (repeats: boolean) =>
    (work: (...given: unknown[]) => void, waitMillis: number, ...given: unknown[]) =>
      new FakedTimer(() => work(...given), waitMillis, repeats);
  const clear = (timer: unknown): void => {
    if (timer instanceof FakedTimer) timer.close();
  };
  Object.assign(globalThis, {
    setTimeout: make(false),
    setInterval: make(true),
    clearTimeout: clear,
    clearInterval: clear,
  });
}

/** What is under way on sockets and in promises comes first. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 4; turn++) await new Promise((resolve) => realImmediate(resolve));
}

async function advance(millis: number, hopMillis: number): Promise<void> {
  for (let left = millis; left > 0; left -= hopMillis) {
    const hop = Math.min(left, hopMillis);
    await settled();
    wallMillis += hop;
    monotonicMillis += hop;
    const due = [...waiting].filter((timer) => timer.dueMillis <= monotonicMillis);
    for (const timer of due.sort((a, b) => a.dueMillis - b.dueMillis)) if (waiting.has(timer)) timer.fire();
  }
  await settled();
}

function listen(path: string): void {
  rmSync(path, { force: true });
  const server = createServer((socket) => {
    socket.unref();
    socket.on('error', () => {});
    let turn = Promise.resolve();
    createInterface(socket).on('line', (line) => {
      const move = JSON.parse(line) as Move;
      turn = turn.then(async () => {
        wallMillis += move.step ?? 0;
        await advance(move.advance ?? 0, move.hop ?? 60_000);
        socket.write(`${JSON.stringify({ wallMillis, monotonicMillis })}\n`);
      });
    });
  });
  server.listen(path).unref();
}

const path = process.env['FAKED_CLOCK_SOCKET'];
if (isMainThread && path !== undefined) {
  fakeTime();
  listen(path);
}
