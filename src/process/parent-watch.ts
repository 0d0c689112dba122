import { readFileSync } from 'node:fs';

const INTERVAL_MILLIS = 500;
/** npm runs scripts in a shell; some shells replace themselves by the command, others stay in between. */
const SHELL = /^(?:sh|dash|bash|ash|busybox|zsh|ksh)$/;

/** Access to the system's processes. */
export interface ProcessTable {
  /** The current parent of this process. */
  readonly parentId: number;
  /** Name and parent of a process; undefined if it has gone or the system does not tell. */
  find(pid: number): { readonly name: string; readonly parentId: number } | undefined;
  /** Returns false after it has gone. */
  isRunning(pid: number): boolean;
}

export interface ParentWatch {
  /** Registers a listener, called once within a second after the parent has gone. */
  onGone(call: () => void): void;
  stop(): void;
}

/**
 * Watches the parent process and, if it is a shell, the grandparent. A killed process cannot notify: on POSIX its children get another
 * parent, on Windows it no longer exists. Shells in between are recognised on Linux only.
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

/** Returns a check whether the current ancestors are still the same. */
function parentCheck(table: ProcessTable): () => boolean {
  const { parentId } = table;
  const parent = table.find(parentId);
  const behind = parent !== undefined && SHELL.test(parent.name) ? parent.parentId : undefined;
  return () =>
    table.parentId !== parentId ||
    !table.isRunning(parentId) ||
    (behind !== undefined && table.find(parentId)?.parentId !== behind);
}

/** Linux has details of other processes in /proc; elsewhere only their existence is known. */
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
      // It runs as another user.
      return (error as NodeJS.ErrnoException).code === 'EPERM';
    }
  },
};

/** Parses `pid (name) state ppid …`; the name may contain spaces and brackets. */
function statOf(text: string): { readonly name: string; readonly parentId: number } {
  const end = text.lastIndexOf(')');
  const [, parentId = ''] = text.slice(end + 2).split(' ');
  return { name: text.slice(text.indexOf('(') + 1, end), parentId: Number(parentId) };
}

function everyInterval(call: () => void): () => void {
  const timer = setInterval(call, INTERVAL_MILLIS).unref();
  return () => clearInterval(timer);
}
