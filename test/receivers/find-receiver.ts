import { existsSync } from 'node:fs';
import { findProgram, firstOnPath } from '../fixtures/find-program.ts';
import { builtPath, RECEIVERS, type Environment, type ReceiverName } from './receivers.ts';

/**
 * The program that its variable names, the one that `npm run receivers` built, or one on PATH. Where there is none: undefined, and stderr
 * says so and what its tests do instead; an error if the environment's RECEIVERS names it, as `.ci/run` does for what it has built.
 */
export function findReceiver(
  name: ReceiverName,
  instead: string,
  env: Environment = process.env,
): string | undefined {
  const { variable, names } = RECEIVERS[name];
  const built = builtPath(name, env);
  const found = env[variable] === undefined && existsSync(built) ? built : findProgram(variable, names, env);
  if (found !== undefined) return found;
  if ((env['RECEIVERS'] ?? '').split(' ').includes(name))
    throw new Error(`there is no ${name}, which RECEIVERS names: npm run receivers -- ${name}`);
  process.stderr.write(
    `\nNO ${name.toUpperCase()} WAS FOUND: ${instead} For the real one run npm run receivers (needs Go), ${names.length === 0 ? '' : `put ${names[0]} on the PATH `}or name it in ${variable}.\n\n`,
  );
  return undefined;
}

/** The Go compiler on PATH. */
export function goPath(env: Environment): string | undefined {
  return firstOnPath(['go', 'go.exe'], env['PATH']);
}
