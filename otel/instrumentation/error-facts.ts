/** Characters of a stack that go into a span event. */
const MAX_STACK_LENGTH = 2_000;
/** Characters of a message. */
const MAX_MESSAGE_LENGTH = 500;

/** `error.type`: the code of a system or SQLite error, else the class; `_OTHER` for what is no error. */
export function errorTypeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return '_OTHER';
  const { code, name } = error as { code?: unknown; name?: unknown };
  if (typeof code === 'string' && code !== '') return code;
  return typeof name === 'string' && name !== '' ? name : '_OTHER';
}

export function messageOf(error: unknown): string {
  return String((error as { message?: unknown } | null | undefined)?.message ?? error).slice(
    0,
    MAX_MESSAGE_LENGTH,
  );
}

/** Where it was thrown: the frames of its stack without the message in front of them. */
export function stackFramesOf(error: unknown): string | undefined {
  const stack = (error as { stack?: unknown } | null | undefined)?.stack;
  if (typeof stack !== 'string') return undefined;
  const frames = stack.split('\n').filter((line) => /^\s+at /.test(line));
  return frames.length === 0 ? undefined : frames.join('\n').slice(0, MAX_STACK_LENGTH);
}
