import { describe, expect, it } from '@jest/globals';
import type { MemoryFloor, ProcessCourse } from '../../../otel/query.ts';
import { noise } from '../../fixtures/busy-blog.ts';
import { MeasuredBlog } from '../../fixtures/measured-blog.ts';
import { serveObservatory } from '../../fixtures/observatory-server.ts';
import { NOW } from '../../fixtures/still-runtime.ts';

const MB = 1_000_000;
const MINUTE = 60_000;

/** A version, how many minutes ago its process began, how many it ran, and by how many MB an hour its heap grew. */
type Life = readonly [version: string, ago: number, minutes: number, perHour: number];

const STORY: readonly Life[] = [
  ['1.4.0', 60, 24, 0],
  ['1.5.0', 35, 30, 500],
  ['1.5.0', 4, 4, 500],
];

/** The heap as the ledger has it; outside it every process climbs by 200 MB after its start. */
function courseOf([version, ago, minutes, perHour]: Life): ProcessCourse {
  const startedAtMillis = NOW - ago * MINUTE;
  const floors = Array.from({ length: minutes }, (_, minute): MemoryFloor => {
    const ranMillis = (minute + 1) * MINUTE;
    const heapBytes = (60 + (perHour * minute) / 60 + noise('floor', ago, minute)) * MB;
    const rssBytes = heapBytes + (40 + 200 * (1 - Math.exp(-minute / 15))) * MB;
    return { atMillis: startedAtMillis + ranMillis, ranMillis, heapBytes, rssBytes, usedBytes: heapBytes };
  });
  const isOver = ago > minutes;
  return {
    startedAtMillis,
    pid: ago,
    version,
    endedAtMillis: isOver ? startedAtMillis + minutes * MINUTE : undefined,
    ended: isOver ? 'stopped' : undefined,
    reason: undefined,
    ranMillis: minutes * MINUTE,
    floors,
    floorsPer: 'sample',
  };
}

/** Steady requests, and a process that is too young to be judged. */
async function summaryOf(path: string, story = STORY): Promise<string> {
  const blog = new MeasuredBlog({
    happened: Array.from({ length: 600 }, (_, index) => ({
      startMillis: NOW - 120 * MINUTE + index * 11_900,
      spans: [{ name: 'GET /', type: 'http' as const, at: 0, millis: 5 + noise('took', index) }],
    })),
  });
  const courses = story.map(courseOf);
  const own = courses.at(-1)!;
  const facts = blog.telemetry.process();
  blog.telemetry.process = () => ({ ...facts, startedAtMillis: own.startedAtMillis });
  Object.defineProperties(blog.telemetry, {
    processes: { value: () => courses },
    memoryFloors: { value: () => own.floors },
  });
  const { origin } = await serveObservatory(blog.telemetry);
  const response = await fetch(`${origin}/admin/metrics-dashboard${path}format=json`);
  const page: unknown = await response.json();
  return typeof page === 'object' && page !== null && 'summary' in page ? String(page.summary) : '';
}

describe('memory that grows since a version, while its present process is too young to judge', () => {
  it('is what the overview says, with when the heap is full', async () => {
    expect((await summaryOf('?')).replaceAll('\u00a0', ' ')).toMatch(
      /^Memory runs out\. .* Memory grows since version 1\.5\.0 \([\d:]+\): (49|50)\d(\.\d)? ± [\d.]+ MB an hour in the process from [\d:]+ to [\d:]+; level before\. At this rate the limit of the heap \([\d.]+ GB\) is reached in \d+ hours\./,
    );
  });

  it('is said with its version in a longer range, too, while what came before that is not known', async () => {
    expect((await summaryOf('?from=-6h&', STORY.slice(1))).replaceAll('\u00a0', ' ')).toMatch(
      /^Memory runs out\. .* The process before \(version 1\.5\.0, from [\d:]+\) ran 30 minutes and grew by (49|50)\d(\.\d)? ± [\d.]+ MB an hour\. At this rate the limit of the heap \([\d.]+ GB\) is reached in \d+ hours\./,
    );
  });

  it('is what Changes says first, and again in full', async () => {
    expect((await summaryOf('/changes?')).replaceAll('\u00a0', ' ')).toMatch(
      /(but|and) memory grows[.:].* Memory grows since version 1\.5\.0 \([\d:]+\): (49|50)\d(\.\d)? ± [\d.]+ MB an hour/,
    );
  });
});
