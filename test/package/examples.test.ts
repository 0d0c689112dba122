import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { ExampleApp } from './example-app.ts';
import { EXAMPLES, rowsOf, visitExample } from './example-visit.ts';
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

describe.each(EXAMPLES)('the example for %s', (name) => {
  it('names routes, folds what is unknown, counts failures, and leaves its page untraced', async () => {
    app = await ExampleApp.start(kit.folder, [`examples/${name}.mjs`]);
    const { seen, wanted } = await visitExample(app, name);
    expect(seen).toEqual(wanted);
    expect(await app.stop()).toEqual([0, null]);
  });
});
