/**
 * `npm run matrix`: the kit as a stranger has it, from its tarball and the registry, with each version of what it stands beside, on Node 22 and
 * on this one. Needs the network; better-sqlite3 12 also a compiler where no built one is to be had.
 */
import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual, promisify } from 'node:util';
import { ExampleApp } from './example-app.ts';
import { EXAMPLES, rowsOf, visitExample } from './example-visit.ts';
import { packKit, runNpm } from './packed-kit.ts';

const run = promisify(execFile);
const EXAMPLES_FOLDER = fileURLToPath(new URL('../../otel/examples', import.meta.url));
const OLD_NODE = '22';
const FRAMEWORKS = ['express@5', 'fastify@5', '@koa/router@15'];
const SETS = [
  { name: 'koa 3, better-sqlite3 13', packages: ['koa@3', 'better-sqlite3@13', ...FRAMEWORKS], old: true },
  { name: 'koa 2, better-sqlite3 13', packages: ['koa@2', 'better-sqlite3@13', ...FRAMEWORKS], old: true },
  // Built for the node that installs it.
  { name: 'koa 3, better-sqlite3 12', packages: ['koa@3', 'better-sqlite3@12', ...FRAMEWORKS], old: false },
];
const CONSUMER = `
import { startTelemetry, type Telemetry, type TelemetryOptions } from 'glasshouse-telemetry';
import { telemetryPage } from 'glasshouse-telemetry/kit';
import { createSamplingProcessor } from 'glasshouse-telemetry/sampler';
const options: TelemetryOptions = { serviceName: 'notes' };
const started: Promise<Telemetry> = startTelemetry(options);
export const page: Promise<string> = started.then(({ query }) => telemetryPage(query));
export const processor = createSamplingProcessor({ rates: 0.1 });
`;

const root = mkdtempSync(join(tmpdir(), 'matrix-'));
const results: { readonly what: string; readonly problem: string | undefined }[] = [];

async function check(what: string, work: () => Promise<string | undefined>): Promise<void> {
  const problem = await work().catch((error: unknown) => messageOf(error));
  results.push({ what, problem });
  process.stdout.write(
    `${problem === undefined ? 'ok  ' : 'FAIL'} ${what}${problem ? `: ${problem}` : ''}\n`,
  );
}

function messageOf(error: unknown): string {
  const { stdout = '', stderr = '', message } = error as Error & { stdout?: string; stderr?: string };
  return `${stdout}${stderr}`.trim().slice(-600) || message;
}

async function install(name: string, packages: readonly string[]): Promise<string> {
  const folder = join(root, name.replaceAll(/\W+/g, '-'));
  mkdirSync(folder);
  writeFileSync(join(folder, 'package.json'), '{ "type": "module", "private": true }');
  await runNpm(['install', '--no-audit', '--no-fund', ...packages], folder, buildSettings());
  return folder;
}

/** Headers stand beside a node of the registry, so that nothing has to be fetched to compile against it. */
function buildSettings(): Record<string, string> {
  const bin = dirname(process.execPath);
  return { npm_config_nodedir: dirname(bin), PATH: `${bin}:${process.env['PATH']}` };
}

async function checkExamples(set: string, folder: string, node: string): Promise<void> {
  const version = (await run(node, ['--version'])).stdout.trim();
  await check(`${set}, node ${version}: readme`, async () => {
    const app = await ExampleApp.start(folder, ['examples/readme.mjs'], node);
    try {
      await app.get('/');
      const { text } = await app.get('/telemetry');
      const isRight = rowsOf(text).includes('GET / 1 0') && /GET \/ [^]*render note [^]*SELECT /.test(text);
      return isRight ? undefined : text;
    } finally {
      await app.stop();
    }
  });
  for (const example of EXAMPLES)
    await check(`${set}, node ${version}: ${example}`, async () => {
      const app = await ExampleApp.start(folder, [`examples/${example}.mjs`], node);
      try {
        const { seen, wanted } = await visitExample(app, example);
        return isDeepStrictEqual(seen, wanted) ? undefined : JSON.stringify(seen);
      } finally {
        await app.stop();
      }
    });
}

try {
  const tarball = await packKit(join(root, 'source'));
  const kit = [tarball, '@opentelemetry/api@1'];

  const tools = await install('tools', ['publint', '@arethetypeswrong/cli']);
  const bin = (name: string): string => join(tools, 'node_modules/.bin', name);
  await check('publint', async () => {
    const { stdout } = await run(process.execPath, [bin('publint'), 'run', tarball, '--strict']);
    return stdout.includes('All good!') ? undefined : stdout;
  });
  await check('are the types wrong', async () => {
    const { stdout } = await run(process.execPath, [bin('attw'), tarball, '--no-emoji', '--no-color']);
    return stdout.includes('No problems found') ? undefined : stdout;
  });

  const typed = await install('typed', [...kit, 'typescript', '@types/node']);
  for (const kind of ['mts', 'cts'])
    await check(`a strict TypeScript app, .${kind}`, async () => {
      writeFileSync(join(typed, `app.${kind}`), CONSUMER);
      const options = ['--noEmit', '--strict', '--skipLibCheck', 'false', '--types', 'node'];
      const tsc = join(typed, 'node_modules/typescript/bin/tsc');
      await run(
        process.execPath,
        [tsc, ...options, '--module', 'nodenext', '--target', 'es2022', `app.${kind}`],
        {
          cwd: typed,
        },
      );
      return undefined;
    });

  const nodePackage = `node-${process.platform}-${process.arch}`;
  const nodes = await install('node', [`${nodePackage}@${OLD_NODE}`]);
  const oldNode = join(nodes, 'node_modules', nodePackage, 'bin/node');
  for (const { name, packages, old } of SETS) {
    let folder: string | undefined;
    await check(`${name}: installed`, async () => {
      folder = await install(name, [...kit, ...packages]);
      cpSync(EXAMPLES_FOLDER, join(folder, 'examples'), { recursive: true });
      return undefined;
    });
    const ready = results.at(-1)!.problem === undefined ? folder : undefined;
    for (const node of old ? [oldNode, process.execPath] : [process.execPath])
      if (ready !== undefined) await checkExamples(name, ready, node);
  }
} finally {
  rmSync(root, { recursive: true, force: true });
}
const failed = results.filter(({ problem }) => problem !== undefined).length;
process.stdout.write(`${results.length - failed} of ${results.length} hold\n`);
process.exitCode = failed === 0 ? 0 : 1;
