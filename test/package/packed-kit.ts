import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const MODULES = join(ROOT, 'node_modules');
export const NAME = 'glasshouse-telemetry';

/** A folder in which the packed kit is installed as a stranger has it: from its tarball, beside packages he has chosen. */
export class PackedKit {
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  /** Unpacks the tarball into an empty folder. */
  static async install(tarball: string, packages: readonly string[]): Promise<PackedKit> {
    const folder = mkdtempSync(join(tmpdir(), 'packed-kit-'));
    const home = join(folder, 'app', 'node_modules', NAME);
    mkdirSync(home, { recursive: true });
    await run('tar', ['-xzf', tarball, '-C', home, '--strip-components=1']);
    const kit = new PackedKit(join(folder, 'app'));
    for (const name of packages) kit.#link(name);
    return kit;
  }

  remove(): void {
    rmSync(dirname(this.folder), { recursive: true, force: true });
  }

  /** Paths inside of the package, sorted. */
  files(): readonly string[] {
    const home = join(this.folder, 'node_modules', NAME);
    return readdirSync(home, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(home.length + 1))
      .map((path) => path.split(sep).join('/'))
      .toSorted();
  }

  /** Node follows the link to where the other packages of the project are, so their own dependencies are found. */
  #link(name: string): void {
    const target = join(this.folder, 'node_modules', name);
    mkdirSync(dirname(target), { recursive: true });
    symlinkSync(join(MODULES, name), target);
  }
}

/** Packs a copy of `otel/` in the folder, so that nothing is written beside the sources; returns the path of the tarball. */
export async function packKit(folder: string): Promise<string> {
  cpSync(join(ROOT, 'otel'), join(folder, 'otel'), {
    recursive: true,
    filter: (path) => !/[\\/]otel[\\/](?:dist|node_modules)$/.test(path),
  });
  cpSync(join(ROOT, 'tsconfig.json'), join(folder, 'tsconfig.json'));
  symlinkSync(MODULES, join(folder, 'node_modules'));
  await runNpm(['pack', '--pack-destination', folder], join(folder, 'otel'));
  return join(
    folder,
    readdirSync(folder).find((name) => name.endsWith('.tgz'))!,
  );
}

/** With the node that runs this: by its name, npm may be that of an older one. */
export async function runNpm(
  args: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>> = {},
): Promise<void> {
  const npm = process.env['npm_execpath'];
  const [program, ...before] = npm === undefined ? ['npm'] : [process.execPath, npm];
  await run(program, [...before, ...args], { cwd, env: { ...process.env, ...env } });
}
