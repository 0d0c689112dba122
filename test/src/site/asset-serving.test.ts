import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { createAssets, installedAssetFolders } from '../../../src/site/assets.ts';
import { ReaderServer } from '../reader-server.ts';
import { temporaryFolder } from '../../fixtures/temporary-folder.ts';

let server: ReaderServer;
const assets = createAssets(installedAssetFolders());
beforeAll(async () => {
  server = await new ReaderServer().start();
});

describe('assets', () => {
  it('serves a stylesheet under its hash for ever, and under its name for minutes', async () => {
    const url = assets.url('site.css');
    expect(url).toMatch(/^\/assets\/site\.[0-9a-f]{10}\.css$/);
    const hashed = await server.ask(url);
    expect(hashed.status).toBe(200);
    expect(hashed.headers['content-type']).toBe('text/css; charset=utf-8');
    expect(hashed.headers['cache-control']).toBe('public, max-age=31536000, immutable');
    const plain = await server.ask('/assets/site.css');
    expect(plain.headers['cache-control']).toBe('public, max-age=300');
    expect(plain.text).toBe(hashed.text);
  });

  it('names only hashed fonts of its own in the stylesheet, and they are there', async () => {
    const css = (await server.ask(assets.url('site.css'))).text;
    const fonts = [...css.matchAll(/url\("([^"]+)"\)/g)].map((match) => match[1]!);
    expect(fonts.length).toBeGreaterThanOrEqual(4);
    for (const font of fonts) {
      const { status, headers, body } = await server.ask(`/assets/${font}`);
      expect([font, status]).toEqual([font, 200]);
      expect(headers['content-type']).toBe('font/woff2');
      expect(headers['cache-control']).toContain('immutable');
      expect(headers['content-encoding']).toBeUndefined();
      expect(body.subarray(0, 4).toString('latin1')).toBe('wOF2');
    }
  });

  it.each(['favicon.svg', 'admin/live.js'])('has %s', async (name) => {
    const { status, body } = await server.ask(assets.url(name));
    expect(status).toBe(200);
    expect(body.length).toBeGreaterThan(100);
  });

  it.each([
    '/assets/',
    '/assets/no.css',
    '/assets/site.0000000000.css',
    '/assets/../package.json',
    '/assets/..%2f..%2fpackage.json',
    '/assets/%2e%2e/%2e%2e/package.json',
    '/assets/fonts/..%5c..%5cpackage.json',
    '/assets/%00',
    '/assets/%',
    '/assets/fonts',
    '/media/../glasshouse.db',
    '/media/..%2fblog.db',
    '/media/%2fetc%2fpasswd',
    '/media/no.png',
    '/media/%',
  ])('has nothing at %s', async (path) => {
    const { status, text } = await server.ask(path);
    expect(status).toBe(404);
    expect(text).not.toContain('"dependencies"');
  });

  it('redirects the old address of the favicon to the new one', async () => {
    const { status, headers } = await server.ask('/favicon.ico');
    expect([status, headers['location']]).toEqual([302, assets.url('favicon.svg')]);
  });
});

describe('createAssets', () => {
  it('strips browser TypeScript once and serves it as JavaScript', () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'public'));
    mkdirSync(join(folder, 'browser'));
    writeFileSync(
      join(folder, 'browser', 'live.ts'),
      "import { a } from './a.ts';\nconst b: number = a;\nexport { b };\n",
    );
    const madeOf = (imported: string) => {
      writeFileSync(join(folder, 'browser', 'a.ts'), imported);
      return createAssets({
        publicFolder: join(folder, 'public'),
        browserFolders: [join(folder, 'browser')],
      });
    };
    const made = madeOf('export const a = 1;');
    let body: unknown;
    const ctx = {
      fresh: false,
      set: () => {},
      set body(value: unknown) {
        body = String(value);
      },
    };
    void made.serve(ctx as never, made.url('admin/live.js').slice('/assets/'.length));
    // Never with an import of another version, which browsers have for minutes by its plain name.
    expect(body).toContain(`from '..${made.url('admin/a.js').slice('/assets'.length)}'`);
    expect(made.url('admin/a.js')).toMatch(/a\.[0-9a-f]{10}\.js$/);
    expect(body).not.toContain(': number');
    expect(madeOf('export const a = 2;').url('admin/live.js')).not.toBe(made.url('admin/live.js'));
  });

  it('says which assets exist when a name is wrong', () => {
    expect(() => assets.url('sight.css')).toThrow(/unknown asset sight\.css; known: .*site\.css/);
  });
});
