import { readFileSync } from 'node:fs';

const INTERVAL_MILLIS = 500;
/** npm runs a script through one; some replace themselves by what they run, others stay in between. */
const SHELL = /^(?:sh|dash|bash|ash|busybox|zsh|ksh)$/;

/** What the system knows of processes. */
export interface ProcessTable {
  /** The process that started this one, now. */
  readonly parentId: number;
  /** Name and parent of a process; undefined where it has gone, or the system does not tell. */
  find(pid: number): { readonly name: string; readonly parentId: number } | undefined;
  /** False once it has gone. */
  isRunning(pid: number): boolean;
}

export interface ParentWatch {
  /** Called once, within a second after the parent has gone. */
  onGone(call: () => void): void;
  stop(): void;
}

/**
 * Watches the process that started this one; where that is a shell, the one behind it too. Whoever is killed cannot say so: on POSIX its
 * children get another parent, on Windows the process is not there any more. A shell in between is seen through on Linux.
 */
export function watchParent(
  table: ProcessTable = systemProcessTable,
  every: (call: () => void) => () => void = everyInterval,
): ParentWatch {
  let listener: (() => void) | undefined;
  const isGone = parentCheck(table);
  const stop = every(() => {
    if (!isGone()) return;
    stop();
    listener?.();
    listener = undefined;
  });
  return {
    onGone(call) {
      listener = call;
    },
    stop,
  };
}

/** Answers whether the ancestors of this moment are still the same. */
function parentCheck(table: ProcessTable): () => boolean {
  const { parentId } = table;
  const parent = table.find(parentId);
  const behind = parent !== undefined && SHELL.test(parent.name) ? parent.parentId : undefined;
  return () =>
    table.parentId !== parentId ||
    !table.isRunning(parentId) ||
    (behind !== undefined && table.find(parentId)?.parentId !== behind);
}

/** Linux tells of other processes in /proc; elsewhere only whether they run is known. */
const systemProcessTable: ProcessTable = {
  get parentId() {
    return process.ppid;
  },
  find(pid) {
    try {
      return statOf(readFileSync(`/proc/${pid}/stat`, 'utf8'));
    } catch {
      return undefined;
    }
  },
  isRunning(pid) {
    try {
      process.kill(pid, 0);
      return true;
    } catch (error) {
      // It runs as somebody else.
      return (error as NodeJS.ErrnoException).code === 'EPERM';
    }
  },
};

/** `pid (name) state ppid …`; the name may hold spaces and brackets. */
function statOf(text: string): { readonly name: string; readonly parentId: number } {
  const end = text.lastIndexOf(')');
  const [, parentId = ''] = text.slice(end + 2).split(' ');
  return { name: text.slice(text.indexOf('(') + 1, end), parentId: Number(parentId) };
}

function everyInterval(call: () => void): () => void {
  const timer = setInterval(call, INTERVAL_MILLIS).unref();
  return () => clearInterval(timer);
}
