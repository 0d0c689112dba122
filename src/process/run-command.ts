import { parseArgs } from 'node:util';
import { loadBlogConfig } from './config.ts';
import { isForPeople } from './for-people.ts';

/** Why a command cannot begin, for who ran it. */
export class CommandError extends Error {
  readonly isForPeople = true;
  override readonly name = 'CommandError';
}

export interface CommandArguments {
  /** The file or folder that was named. */
  readonly file: string;
  readonly dataDir: string;
  readonly replace: boolean;
}

/** Runs `npm run backup`, `restore` or `export`, which take one file or folder: exit code 0 for success, 1 for failure, 2 for wrong usage. The last line states the result. */
export async function runCommand(
  usage: string,
  failed: string,
  work: (given: CommandArguments) => Promise<number> | number,
  takes: 'file' | 'folder' = 'file',
): Promise<void> {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        'data-dir': { type: 'string' },
        replace: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    const [file] = positionals;
    if (values.help) process.stdout.write(usage);
    else if (file === undefined || positionals.length > 1) {
      process.stderr.write(`${usage}\nName one ${takes}.\n`);
      process.exitCode = 2;
    } else {
      const dataDir = values['data-dir'] ?? loadBlogConfig().dataDir;
      process.exitCode = await work({ file, dataDir, replace: values.replace });
    }
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const words = isForPeople(error) ? error.message : error.stack;
    process.stderr.write(`${failed}: ${words}\n`);
    process.exitCode = 1;
  }
}

export function megabytes(bytes: number): string {
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}

export function counted(count: number, one: string, many: string): string {
  return `${count.toLocaleString('en')} ${count === 1 ? one : many}`;
}
