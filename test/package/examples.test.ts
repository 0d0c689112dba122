import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { ExampleApp } from './example-app.ts';
import { PackedKit } from './packed-kit.ts';

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));
const PACKAGES = ['@opentelemetry', 'better-sqlite3', 'koa', '@koa/router', 'express', 'fastify'];

let kit: PackedKit;
let app: ExampleApp | undefined;
beforeAll(async () => {
  kit = await PackedKit.install(PACKAGES);
  cpSync(path('../../otel/examples'), join(kit.folder, 'examples'), { recursive: true });
  writeFileSync(join(kit.folder, 'package.json'), '{ "type": "module" }');
});
afterEach(() => app?.kill());
afterAll(() => kit.remove());

/** `name count failed` of each row of the page. */
function rowsOf(page: string): readonly string[] {
  return [...page.matchAll(/<tr><td>(.*?)<\/td><td>(\d+)<\/td><td>(\d+)<\/td>/g)].map((row) =>
    row.slice(1, 4).join(' '),
  );
}

describe('the lines of otel/README.md that put the kit into another app', () => {
  it('are fifteen, stand in examples/readme.mjs, and run from the tarball alone: its page shows a trace', async () => {
    const lines = /```js\n([^]*?)```/.exec(readFileSync(path('../../otel/README.md'), 'utf8'))![1]!;
    expect(lines).toBe(readFileSync(path('../../otel/examples/readme.mjs'), 'utf8'));
    expect(lines.split('\n').filter((line) => line.trim() !== '').length).toBeLessThanOrEqual(15);
    app = await ExampleApp.start(kit.folder, ['examples/readme.mjs']);
    expect(await app.get('/')).toEqual({ status: 200, text: '<p>a note</p>' });
    const { text } = await app.get('/telemetry');
    expect(rowsOf(text)).toEqual(['GET / 1 0', 'SELECT ? AS text 1 0', 'note 1 0']);
    expect(text).toMatch(
      /<pre id="(\w{32})">\1\n {2}GET \/ {2}[\d.]+ ms\n {4}render note {2}[\d.]+ ms\n {6}SELECT {2}[\d.]+ ms<\/pre>/,
    );
    expect(await app.stop()).toEqual([0, null]);
    expect(app.complaints).toBe('');
  });
});

describe.each([
  { name: 'http', failing: undefined },
  { name: 'koa', failing: { path: '/broken', route: '/broken' } },
  { name: 'express', failing: { path: '/notes/broken/always', route: '/notes/broken/always' } },
  { name: 'fastify', failing: { path: '/broken', route: '/broken' } },
])('the example for $name', ({ name, failing }) => {
  it('names routes, folds what is unknown, counts failures, and leaves its page untraced', async () => {
    app = await ExampleApp.start(kit.folder, [`examples/${name}.mjs`]);
    expect(await app.get('/notes/1')).toEqual({ status: 200, text: '<p>the first</p>' });
    expect((await app.get('/notes/2')).status).toBe(200);
    expect((await app.get('/notes/3')).status).toBe(404);
    expect((await app.get('/nothing/here')).status).toBe(404);
    if (failing !== undefined) expect((await app.get(failing.path)).status).toBe(500);
    const { text } = await app.get('/telemetry');
    expect(rowsOf(text).toSorted()).toEqual(
      [
        'GET /notes/:id 3 0',
        'unknown paths 1 0',
        ...(failing === undefined ? [] : [`GET ${failing.route} 1 1`]),
        'CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT NOT NULL) 1 0',
        'INSERT INTO notes (text) VALUES (?) 2 0',
        'SELECT text FROM notes WHERE id = ? 3 0',
        'note 2 0',
      ].toSorted(),
    );
    expect(text).toMatch(/ {2}GET \/notes\/:id {2}[\d.]+ ms\n {4}SELECT notes/);
    expect(await app.stop()).toEqual([0, null]);
  });
});
