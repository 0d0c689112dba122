/** Maximum characters of a stack in a span event. */
const MAX_STACK_LENGTH = 2_000;
/** Maximum characters of a message. */
const MAX_MESSAGE_LENGTH = 500;

/** `error.type`: the code of a system or SQLite error, else the class; `_OTHER` for a thrown non-error. */
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

/** Stack frames of an error, without the message in front of them. */
export function stackFramesOf(error: unknown): string | undefined {
  const stack = (error as { stack?: unknown } | null | undefined)?.stack;
  if (typeof stack !== 'string') return undefined;
  const frames = stack.split('\n').filter((line) => /^\s+at /.test(line));
  return frames.length === 0 ? undefined : frames.join('\n').slice(0, MAX_STACK_LENGTH);
}
