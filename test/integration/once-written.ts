import { watch } from 'node:fs/promises';

/** Resolves once it is so; asks again whenever the folder's history file was written. */
export async function onceWritten(folder: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
  const stop = new AbortController();
  // Begun before the first question, so that no change is missed.
  const changes = watch(folder, { signal: stop.signal });
  try {
    if (await isSo()) return;
    for await (const { filename } of changes)
      if (filename?.startsWith('telemetry.sqlite') === true && (await isSo())) return;
  } finally {
    stop.abort();
  }
}
