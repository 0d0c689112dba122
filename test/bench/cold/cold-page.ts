/**
 * One variant of a small page (koa, four statements, a render) in a process of its own, request after request on one thread, with the
 * processor's caches cleared before each, as the rest of a blog would do. Prints microseconds per request as JSON.
 */
import { createServer } from 'node:http';
import { Duplex } from 'node:stream';
import { trace } from '@opentelemetry/api';
import Database from 'better-sqlite3';
import Koa from 'koa';
import { allocatedBytes } from '../fixtures/allocated-bytes.ts';
import type { ColdAnswer } from './cold-variants.ts';
import { startOurs } from './start-ours.ts';

const [variant = 'bare', requests = '3000'] = process.argv.slice(2);
const WARM_UP_REQUESTS = 2500;
/** As many requests as fill a batch of the processor. */
const SETTLE_EVERY = 40;
const CLEARED_BYTES = 3 * 1024 * 1024;
const CACHE_LINE_DOUBLES = 8;
const BODY = 'x'.repeat(8000);
const REQUEST = [
  'GET /2026/11/panes HTTP/1.1',
  'Host: blog.example',
  'User-Agent: Mozilla/5.0 (X11; Linux x86_64)',
  'Accept: text/html',
  'Accept-Encoding: gzip, br',
  'Cookie: theme=dark',
  '\r\n',
].join('\r\n');

const database = new Database(':memory:').exec(
  "CREATE TABLE posts (id INTEGER PRIMARY KEY, path TEXT UNIQUE, title TEXT); INSERT INTO posts VALUES (1, '/a', 'A'), (2, '/2026/11/panes', 'Panes'), (3, '/c', 'C')",
);
const { settle, render } = variant.startsWith('ours')
  ? startOurs(Database, {
      rate: variant.startsWith('ours0') ? 0 : 1,
      hasHistory: variant.endsWith('History'),
    })
  : { settle: () => {}, render: <T>(_name: string, draw: () => T) => draw() };
if (variant === 'stock') await import('../fixtures/stock-http.ts');

const byPath = database.prepare<[string], { id: number; title: string }>(
  'SELECT * FROM posts WHERE path = ?',
);
const newer = database.prepare('SELECT * FROM posts WHERE id > ? ORDER BY id LIMIT 1');
const older = database.prepare('SELECT * FROM posts WHERE id < ? ORDER BY id DESC LIMIT 1');
const count = database.prepare<[], { total: number }>('SELECT count(*) AS total FROM posts');

const app = new Koa();
app.use((ctx) => {
  const span = trace.getActiveSpan();
  span?.setAttribute('http.route', '/*path');
  span?.updateName('GET /*path');
  const post = byPath.get(ctx.path)!;
  newer.get(post.id);
  older.get(post.id);
  const { total } = count.get()!;
  ctx.type = 'html';
  ctx.body = render('post', () => `<h1>${post.title}, one of ${total}</h1>${BODY}`);
});

let writes = 0;
/** A connection without a network, whose noise would drown what is measured. */
const connection = Object.assign(
  new Duplex({
    read() {},
    write(_chunk, _encoding, done) {
      writes++;
      done();
    },
  }),
  { remoteAddress: '127.0.0.1', remotePort: 4711 },
);
createServer(app.callback()).emit('connection', connection);

const cleared = new Float64Array(CLEARED_BYTES / 8);
function clearCaches(): void {
  for (let i = 0; i < cleared.length; i += CACHE_LINE_DOUBLES) cleared[i]! += 1;
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const requestMicros: number[] = [];
const settledMicros: number[] = [];
let bytesBefore = 0;
for (let i = -WARM_UP_REQUESTS; i < Number(requests); i++) {
  if (i === 0) bytesBefore = allocatedBytes.total();
  clearCaches();
  const before = performance.now();
  const writesBefore = writes;
  const isAnswered = (): boolean => writes > writesBefore;
  connection.push(REQUEST);
  while (!isAnswered()) await turn();
  await turn();
  const after = performance.now();
  if (i >= 0) requestMicros.push((after - before) * 1e3);
  if (i % SETTLE_EVERY !== 0) continue;
  clearCaches();
  const begun = performance.now();
  settle();
  if (i >= 0) settledMicros.push(((performance.now() - begun) * 1e3) / SETTLE_EVERY);
}
const bytes = (allocatedBytes.total() - bytesBefore) / Number(requests);

const lowest = (values: readonly number[], share: number): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length * share)] ?? 0;
const answer: ColdAnswer = { micros: lowest(requestMicros, 0.1) + lowest(settledMicros, 0.25), bytes };
process.stdout.write(JSON.stringify(answer), () => process.exit());
