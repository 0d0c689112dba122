import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { goPath } from './find-receiver.ts';
import {
  builtPath,
  RECEIVER_NAMES,
  RECEIVERS,
  type CollectorRecipe,
  type ModuleRecipe,
  type Receiver,
  type ReceiverName,
} from './receivers.ts';

/*
 * npm run receivers -- [NAME…]: builds the programs that tests send telemetry to, all or those named, one after the other, into the user's
 * cache. What is there already stays. Exit code 1: one of them is not there, and the last line says why.
 */
const env = process.env;

/** Runs go to its end. Its output is that of this program; with `capture`, stdout is returned. Throws if it fails. */
function runGo(
  args: readonly string[],
  { cwd, capture = false }: { cwd: string; capture?: boolean },
): string {
  const { status, signal, error, stdout } = spawnSync(goPath(env)!, args, {
    cwd,
    encoding: 'utf8',
    // A workspace around the module has modules that its archive lacks; a C compiler need not be there.
    env: { ...env, GOWORK: 'off', CGO_ENABLED: '0' },
    stdio: ['ignore', capture ? 'pipe' : 'inherit', 'inherit'],
  });
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`go ${args.slice(0, 2).join(' ')} ended with ${signal ?? status}`);
  return stdout ?? '';
}

function buildModule({ module, package: path, tags = '' }: ModuleRecipe, program: string): void {
  const told = runGo(['mod', 'download', '-json', module], { cwd: dirname(program), capture: true });
  const { Dir: folder }: { readonly Dir: string } = JSON.parse(told);
  // In its own folder it is the main module: the versions and sums are its own.
  runGo(['build', '-trimpath', '-ldflags=-s -w', `-tags=${tags}`, '-o', program, path], { cwd: folder });
}

function buildCollector({ builder, manifest }: CollectorRecipe, program: string): void {
  const folder = dirname(program);
  const sources = join(folder, 'sources');
  const config = join(folder, 'builder.yaml');
  const dist = { name: basename(program), output_path: sources };
  // JSON is YAML.
  writeFileSync(config, JSON.stringify({ dist, ...manifest }));
  runGo(['run', builder, `--config=${config}`], { cwd: folder });
  renameSync(join(sources, dist.name), program);
  rmSync(sources, { recursive: true });
  rmSync(config);
}

/** Builds beside the place and moves the whole folder there, so that what is there is whole. */
function build(name: ReceiverName): void {
  const { version, recipe }: Receiver = RECEIVERS[name];
  const place = builtPath(name, env);
  if (existsSync(place)) return;
  process.stdout.write(`Building ${name} ${version}; this can take minutes.\n`);
  const parent = dirname(dirname(place));
  mkdirSync(parent, { recursive: true });
  const folder = mkdtempSync(join(parent, `${name}-`));
  try {
    const program = join(folder, basename(place));
    if ('builder' in recipe) buildCollector(recipe, program);
    else buildModule(recipe, program);
    // Another process may have been faster.
    if (!existsSync(place)) renameSync(folder, dirname(place));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function buildAll(wanted: readonly ReceiverName[]): void {
  const missing = wanted.filter((name) => !existsSync(builtPath(name, env)));
  if (missing.length > 0 && goPath(env) === undefined)
    throw new Error(
      `no Go is on the PATH to build ${missing.join(', ')}; install 1.26.7 or newer: https://go.dev/dl`,
    );
  for (const name of missing) build(name);
  for (const name of wanted) process.stdout.write(`${RECEIVERS[name].variable}=${builtPath(name, env)}\n`);
  const built = missing.length === 0 ? 'nothing' : missing.join(', ');
  process.stdout.write(`Receivers are there: ${wanted.join(', ')}; built now: ${built}.\n`);
}

/** All, or those that the arguments name. Throws for an unknown name. */
function wantedIn(args: readonly string[]): readonly ReceiverName[] {
  const unknown = args.filter((arg) => !RECEIVER_NAMES.some((name) => name === arg));
  if (unknown.length > 0)
    throw new Error(`no receiver is called ${unknown.join(', ')}; there are ${RECEIVER_NAMES.join(', ')}`);
  return args.length === 0 ? RECEIVER_NAMES : RECEIVER_NAMES.filter((name) => args.includes(name));
}

try {
  buildAll(wantedIn(process.argv.slice(2)));
} catch (error) {
  const words = error instanceof Error ? error.message : String(error);
  process.stderr.write(`No receivers: ${words}\n`);
  process.exitCode = 1;
}
