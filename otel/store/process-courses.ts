import type { ProcessCourse } from '../query.ts';
import type { FloorsOfProcess } from './memory-floors.ts';

const NONE: FloorsOfProcess = { floors: [], floorsPer: 'sample' };

/** Joins processes of the history file with the floors of their samples, by their start. */
export function processCourses(
  processes: readonly Omit<ProcessCourse, keyof FloorsOfProcess>[],
  floors: ReadonlyMap<number, FloorsOfProcess>,
): readonly ProcessCourse[] {
  return processes.map((process) => ({ ...process, ...(floors.get(process.startedAtMillis) ?? NONE) }));
}
