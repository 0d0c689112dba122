import { readdirSync, readFileSync } from 'node:fs';

/** CPU time of a process's threads with these names, microseconds; NaN if the system does not tell it (it is Linux's schedstat). */
export function threadMicros(pid: number, names: readonly string[]): number {
  try {
    const tasks = `/proc/${pid}/task`;
    return readdirSync(tasks)
      .filter((task) => names.includes(readFileSync(`${tasks}/${task}/comm`, 'utf8').trim()))
      .map((task) => Number(readFileSync(`${tasks}/${task}/schedstat`, 'utf8').split(' ')[0]) / 1000)
      .reduce((sum, micros) => sum + micros, 0);
  } catch {
    return Number.NaN;
  }
}
