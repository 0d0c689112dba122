import { parseArgs, type ParseArgsConfig } from 'node:util';
import { loadBlogConfig } from './config.ts';
import { isForPeople } from './for-people.ts';

/** Why a command cannot begin, for who ran it. */
export class CommandError extends Error {
  readonly isForPeople = true;
  override readonly name = 'CommandError';
}

/** The command was written wrongly. */
class UsageError extends CommandError {}

export const EXIT_USAGE = 2;

export interface CommandArguments {
  /** What was named: files, folders, addresses. */
  readonly named: readonly string[];
  /** Undefined if it was not given. */
  readonly dataDir: string | undefined;
  /** True if the switch was given. */
  has(name: string): boolean;
  /** Of an option with a value. */
  valueOf(name: string): string | undefined;
}

export interface CommandShape {
  /** What `--help` prints; it has every option. */
  readonly usage: string;
  /** How many files, folders or addresses it takes, and what is said of any other number. */
  readonly names?: { readonly count: number; readonly asked: string };
  /** Options without a value. */
  readonly switches?: readonly string[];
  /** Options with a value; `data-dir` is the blog's folder. */
  readonly values?: readonly string[];
}

const HELP = 'help';

/**
 * Reads the arguments of a command. Whatever it does not know is refused by name, with the usage and exit code 2, before anything is done: undefined, as
 * after `--help`.
 */
export function readArguments(shape: CommandShape): CommandArguments | undefined {
  try {
    const given = parsed(shape);
    if (!given.has(HELP)) return given;
    process.stdout.write(shape.usage);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`${error.message}\n\n${shape.usage}`);
    process.exitCode = EXIT_USAGE;
  }
  return undefined;
}

function parsed({ names, switches = [], values: valued = [] }: CommandShape): CommandArguments {
  const options: NonNullable<ParseArgsConfig['options']> = { [HELP]: { type: 'boolean', short: 'h' } };
  for (const name of switches) options[name] = { type: 'boolean' };
  for (const name of valued) options[name] = { type: 'string' };
  const { values, positionals } = strictly(options);
  const valueOf = (name: string): string | undefined => {
    const value = values[name];
    if (value === '') throw new UsageError(`Option '--${name}' needs a value.`);
    return typeof value === 'string' ? value : undefined;
  };
  const given = {
    named: positionals,
    dataDir: valueOf('data-dir'),
    has: (name: string): boolean => values[name] === true,
    valueOf,
  };
  if (given.has(HELP)) return given;
  const { count, asked } = names ?? { count: 0, asked: `Unexpected argument '${positionals[0]}'.` };
  if (positionals.length !== count) throw new UsageError(asked);
  return given;
}

function strictly(options: NonNullable<ParseArgsConfig['options']>) {
  try {
    return parseArgs({ allowPositionals: true, options });
  } catch (error) {
    if (!(error instanceof Error && isForPeople(error))) throw error;
    // What follows tells how to name a file that begins with a dash.
    throw new UsageError(error.message.replace(/\. To specify a positional[^]*$/, '.'));
  }
}

/** Where a command's blog is. */
export function dataDirOf({ dataDir }: Pick<CommandArguments, 'dataDir'>): string {
  return dataDir ?? loadBlogConfig().dataDir;
}

/** Runs a command: exit code 0 for success, 1 for failure, 2 for wrong usage. The last line states the result. */
export async function runCommand(
  shape: CommandShape,
  failed: string,
  work: (given: CommandArguments) => Promise<number> | number,
): Promise<void> {
  try {
    const given = readArguments(shape);
    if (given !== undefined) process.exitCode = await work(given);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const words = isForPeople(error) ? error.message : error.stack;
    process.stderr.write(`${failed}: ${words}\n`);
    process.exitCode = 1;
  }
}

/** Runs a command that takes one file or folder, and the blog's own one as an option. */
export async function runFileCommand(
  shape: Pick<CommandShape, 'usage' | 'switches'> & { readonly takes?: 'file' | 'folder' },
  failed: string,
  work: (given: {
    readonly file: string;
    readonly dataDir: string;
    readonly has: CommandArguments['has'];
  }) => Promise<number> | number,
): Promise<void> {
  const { usage, switches = [], takes = 'file' } = shape;
  const names = { count: 1, asked: `Name one ${takes}.` };
  await runCommand({ usage, switches, names, values: ['data-dir'] }, failed, (given) => {
    const [file = ''] = given.named;
    return work({ file, dataDir: dataDirOf(given), has: given.has });
  });
}

export function megabytes(bytes: number): string {
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}

export function counted(count: number, one: string, many: string): string {
  return `${count.toLocaleString('en')} ${count === 1 ? one : many}`;
}
