import { readArguments } from '../process/run-command.ts';

const USAGE = `Usage: npm start

Runs the blog. Its settings are in the environment, such as DATA_DIR and PORT; the README lists them.

  --stop-with-parent  stop when the process that started the blog is gone; npm start has it
`;

/** Undefined if the blog is not to start: its arguments were wrong, or a question. */
export function startArguments(): { readonly stopWithParent: boolean } | undefined {
  const given = readArguments({ usage: USAGE, switches: ['stop-with-parent'] });
  return given && { stopWithParent: given.has('stop-with-parent') };
}
