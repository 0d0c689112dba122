/** A frame of `Error.stack`, with or without a name. */
const FRAME =
  /^\s+at (?:async )?(?:new )?(?:(.+?)(?: \[as [^\]]+\])? \()?((?:file|node):[^)]+?):(\d+):\d+\)?$/;
/** Longer stacks are cut. */
const MAX_STACK_FRAMES = 100;

/** The line that each function of a stack was in; of one called by itself, the innermost. */
export class StackLines {
  readonly #lines = new Map<string, number>();

  /** @param stack `Error.stack`; in any other format there are no lines. */
  constructor(stack = '') {
    for (const line of stack.split('\n', MAX_STACK_FRAMES)) {
      const [, name = '', url, at] = FRAME.exec(line) ?? [];
      if (url === undefined) continue;
      const key = keyOf(name.slice(name.lastIndexOf('.') + 1), url);
      if (!this.#lines.has(key)) this.#lines.set(key, Number(at));
    }
  }

  /** @param name As the profiler has it: without its class. */
  of(name: string, url: string): number | undefined {
    return this.#lines.get(keyOf(name, url));
  }
}

function keyOf(name: string, url: string): string {
  return `${name} ${url}`;
}

/** The stack of the caller, as text. */
export function stackNow(): string | undefined {
  const before = Error.stackTraceLimit;
  Error.stackTraceLimit = MAX_STACK_FRAMES;
  try {
    return new Error('probe').stack;
  } finally {
    Error.stackTraceLimit = before;
  }
}
