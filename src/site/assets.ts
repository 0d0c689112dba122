import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { createRequire, stripTypeScriptTypes } from 'node:module';
import { basename, dirname, join, posix, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Context } from 'koa';
import { browserLibraries } from './browser-libraries.ts';
import { composeCss } from './composed-css.ts';
import { bodyEtag, sendFresh } from '../http/fresh-response.ts';
import { createFolderServer, type FolderServer } from '../http/serve-folder.ts';

/** For an address that never gets other bytes. */
export const IMMUTABLE = 'public, max-age=31536000, immutable';
const SHORT = 'public, max-age=300';
const HASH_LENGTH = 10;

/** Latin subsets, OFL-1.1 (LICENSE in each package): enough for most posts, 40–54 KB each; other scripts use the system's fonts. */
const FONT_FILES = [
  'literata/files/literata-latin-wght-normal.woff2',
  'literata/files/literata-latin-wght-italic.woff2',
  'literata/files/literata-latin-ext-wght-normal.woff2',
  'inter/files/inter-latin-wght-normal.woff2',
  'jetbrains-mono/files/jetbrains-mono-latin-wght-normal.woff2',
];

/** Where assets come from; only `publicFolder` is required. */
export interface AssetFolders {
  readonly publicFolder: string;
  /** Browser code of the admin pages: `*.ts` is served as `.js`, without types. */
  readonly browserFolders?: readonly string[];
  /** Modules of packages that browser code imports by name. */
  readonly libraries?: Readonly<Record<string, string>>;
  /** `node_modules/@fontsource-variable`. */
  readonly fontFolder?: string;
  /** Generated text by asset name, as `code.css`; stylesheets may import it. */
  readonly generated?: Readonly<Record<string, string>>;
}

interface Asset {
  readonly hashedName: string;
  send(ctx: Context, cacheControl: string): void | Promise<void>;
}

/** Everything under `/assets/`, hashed at start. */
export interface Assets {
  /** `site.css` to `/assets/site.<contenthash>.css`. Throws for an unknown name, so a typo fails the start. */
  url(name: string): string;
  /** Serves the asset named after `/assets/`, or answers 404. */
  serve(ctx: Context, encodedName: string): Promise<void>;
  readonly names: readonly string[];
}

/** The asset folders of this installation. */
export function installedAssetFolders(): AssetFolders {
  const require = createRequire(import.meta.url);
  const here = dirname(fileURLToPath(import.meta.url));
  return {
    publicFolder: join(here, '..', 'public'),
    browserFolders: ['observatory', 'admin'].map((part) => join(here, '..', part, 'browser')),
    libraries: browserLibraries(),
    fontFolder: dirname(dirname(require.resolve('@fontsource-variable/inter/package.json'))),
  };
}

interface ScriptOptions {
  readonly textOf: () => string;
  /** Hashed with it. */
  readonly version: string;
}

/**
 * Reads each asset once to learn the hash of its source. Files are then streamed from disk by koa-static; stylesheets (composed) and
 * browser TypeScript (stripped) are small and answered from memory.
 */
export function createAssets(folders: AssetFolders): Assets {
  const assets = new Map<string, Asset>();
  const byHashedName = new Map<string, Asset>();

  function add(name: string, content: string | Buffer, send: Asset['send']): void {
    const asset = { hashedName: hashedName(name, content), send };
    assets.set(name, asset);
    byHashedName.set(asset.hashedName, asset);
  }
  function addFile(name: string, folder: string, relativePath: string, server: FolderServer): void {
    const address = relativePath.split(sep).map(encodeURIComponent).join('/');
    add(name, readFileSync(join(folder, relativePath)), (ctx, cacheControl) =>
      server(ctx, address, cacheControl),
    );
  }
  function addText(name: string, type: string, source: string, script?: ScriptOptions): void {
    const lastModifiedMillis = Date.now();
    let made: { readonly body: Buffer; readonly etag: string } | undefined;
    add(name, source + (script?.version ?? ''), (ctx, cacheControl) => {
      if (made === undefined) {
        const body = Buffer.from(script?.textOf() ?? source);
        made = { body, etag: bodyEtag(body) };
      }
      sendFresh(ctx, { ...made, type, lastModifiedMillis, cacheControl });
    });
  }
  function hashedNameOf(name: string): string {
    const asset = assets.get(name);
    if (asset === undefined)
      throw new Error(`unknown asset ${name}; known: ${[...assets.keys()].join(', ')}`);
    return asset.hashedName;
  }
  const urlOf = (name: string): string => `/assets/${hashedNameOf(name)}`;

  if (folders.fontFolder !== undefined) {
    const server = createFolderServer(folders.fontFolder);
    for (const file of FONT_FILES) addFile(`fonts/${basename(file)}`, folders.fontFolder, file, server);
  }
  const stylesheets = new Map<string, string>();
  for (const [name, text] of Object.entries(folders.generated ?? {})) {
    if (name.endsWith('.css')) stylesheets.set(name, text);
    else addText(name, name, text);
  }
  const publicServer = createFolderServer(folders.publicFolder);
  for (const file of filesIn(folders.publicFolder)) {
    const name = file.split(sep).join('/');
    const path = join(folders.publicFolder, file);
    if (name.endsWith('.css')) stylesheets.set(name, readFileSync(path, 'utf8'));
    // koa-static sends SVG without a charset.
    else if (name.endsWith('.svg')) addText(name, 'image/svg+xml; charset=utf-8', readFileSync(path, 'utf8'));
    else addFile(name, folders.publicFolder, file, publicServer);
  }
  const libraries = Object.entries(folders.libraries ?? {});
  const scripts = scriptsIn(folders.browserFolders ?? []);
  // A script has the hash of all, so that it never runs with imports of another version.
  const version = scripts.map(({ source }) => source).join('') + libraries.flat().join('');
  for (const [name, text] of libraries) addText(`admin/${name}.js`, 'text/javascript; charset=utf-8', text);
  for (const { name, source } of scripts) {
    const textOf = (): string => scriptOf(source, name, hashedNameOf);
    addText(name, 'text/javascript; charset=utf-8', source, { textOf, version });
  }
  for (const name of stylesheets.keys()) {
    addText(
      name,
      'text/css; charset=utf-8',
      // All assets are in one folder, so a relative address works under any base path.
      composeCss(
        name,
        (file) => stylesheets.get(file),
        (file) => relativeTo(name, hashedNameOf(file)),
      ),
    );
  }

  return {
    url: urlOf,
    names: [...assets.keys()],
    async serve(ctx, encodedName) {
      const name = decoded(encodedName);
      const immutable = byHashedName.get(name);
      const asset = immutable ?? assets.get(name);
      if (asset === undefined) return ctx.throw(404, 'Asset not found.');
      await asset.send(ctx, immutable === undefined ? SHORT : IMMUTABLE);
    },
  };
}

/** TypeScript without its types, with the addresses of what it imports. Node's stripper takes a tenth of the blog's start, so it waits until somebody asks. */
function scriptOf(source: string, name: string, hashedNameOf: (name: string) => string): string {
  const addressOf = (relative: string): string =>
    relativeTo(name, hashedNameOf(posix.join(posix.dirname(name), relative)));
  return stripTypeScriptTypes(source)
    .replaceAll(
      /((?:\bfrom\s+|\bimport\()')(\.[^']+)\.ts'/g,
      (_, from: string, relative: string) => `${from}${addressOf(`${relative}.js`)}'`,
    )
    .replaceAll(
      /(\bfrom\s+')([a-z][\w-]*)'/g,
      (_, from: string, library: string) =>
        `${from}./${relativeTo(name, hashedNameOf(`admin/${library}.js`))}'`,
    );
}

function scriptsIn(
  folders: readonly string[],
): readonly { readonly name: string; readonly source: string }[] {
  return folders.flatMap((folder) =>
    filesIn(folder)
      .filter((name) => name.endsWith('.ts'))
      .map((file) => ({
        name: `admin/${file.split(sep).join('/').replace(/\.ts$/, '.js')}`,
        source: readFileSync(join(folder, file), 'utf8'),
      })),
  );
}

function relativeTo(asset: string, name: string): string {
  return `${'../'.repeat(asset.split('/').length - 1)}${name}`;
}

function hashedName(name: string, content: string | Buffer): string {
  const hash = createHash('sha256').update(content).digest('hex').slice(0, HASH_LENGTH);
  return name.replace(/(\.[^./]+)?$/, `.${hash}$1`);
}

function filesIn(folder: string | undefined): string[] {
  if (folder === undefined || !statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return '';
  }
}
