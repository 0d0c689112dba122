import { describe, expect, it } from '@jest/globals';
import type { MemoryFloor, ProcessCourse } from '../../../../otel/query.ts';
import { RandomSource } from '../../../../src/demo/random-source.ts';
import { processMemoryPanel } from '../../../../src/observatory/draw/process-memory-table.ts';
import { memoryGrowth } from '../../../../src/observatory/facts/memory-growth.ts';
import { processMemories } from '../../../../src/observatory/facts/process-memory.ts';
import { chooseRange } from '../../../../src/observatory/facts/time-range.ts';
import { Links } from '../../../../src/observatory/links.ts';
import type { PageView } from '../../../../src/observatory/page.ts';
import { NOW } from '../../../fixtures/still-runtime.ts';

const MB = 1_000_000;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const VIEW: PageView = {
  links: new Links('/o', {}),
  range: chooseRange({}, NOW),
  now: NOW,
  path: '/process',
  query: {},
  jaegerUiUrl: undefined,
  basePath: '',
  origin: undefined,
  csrfToken: undefined,
  readOnly: false,
};

/** What the panel says of one process that grows by so much an hour, and once jumps. */
function rowOf(
  seed: number,
  hours: number,
  perHour: number,
  { jump, held, outside = 0 }: { readonly jump: number; readonly held: number; readonly outside?: number },
): string {
  const random = new RandomSource(seed * 7919 + 1);
  const startedAtMillis = NOW - hours * HOUR;
  const floors = Array.from({ length: hours * 60 }, (_, minute): MemoryFloor => {
    const ranMillis = (minute + 1) * MINUTE;
    const jumped = minute > hours * 40 ? jump : 0;
    const heapBytes = (held + (perHour * minute) / 60 + jumped + random.next()) * MB;
    const rssBytes = heapBytes + (40 + (outside * minute) / 60) * MB;
    return { atMillis: startedAtMillis + ranMillis, ranMillis, heapBytes, rssBytes, usedBytes: heapBytes };
  });
  const course: ProcessCourse = {
    startedAtMillis,
    pid: 1,
    version: '1.0.0',
    endedAtMillis: undefined,
    ended: undefined,
    reason: undefined,
    ranMillis: hours * HOUR,
    floors,
    floorsPer: 'sample',
  };
  const memories = processMemories([course], { startedAtMillis, growth: memoryGrowth(floors) });
  const { text } = processMemoryPanel(memories, VIEW);
  const cells = text.slice(text.indexOf('<tbody'), text.indexOf('</tbody')).replaceAll(/<[^>]*>/g, ' ');
  return cells.replaceAll('\u00a0', ' ').replaceAll(/\s+/g, ' ');
}

/** What the panel says of a process whose heap is level and whose memory outside it grows by so much an hour. */
function outsideRow(hours: number, perHour: number): string {
  return rowOf(1, hours, 0, { jump: 0, held: 60, outside: perHour });
}

const numberOf = (text: string | undefined): number => Number(text?.replaceAll(',', ''));

describe('the table of the memory of processes', () => {
  it('says of which version a process is, and of which memory its numbers are', () => {
    const grows = outsideRow(6, 30);
    expect(grows).toContain('version 1.0.0');
    expect(grows).toMatch(
      /growing outside the heap (29|30)\.\d+ ± [\d.]+ MB an hour resident memory [\d.]+ MB → /,
    );
    const [, from, to, over] = /resident memory ([\d.]+) MB → ([\d.]+) MB in ([\d.]+) h/
      .exec(grows)!
      .map(Number);
    expect(Math.abs((to! - from!) / over! - 30)).toBeLessThan(1);
    expect(outsideRow(6, 0)).toMatch(/not growing .* heap after GC [\d.]+ MB → /);
  });

  it.each([
    [2, 30, 0, 60],
    [5, 12, 0, 60],
    [9, 3, 0, 60],
    [6, 12, 25, 60],
    [6, 30, 0, 1200],
  ])(
    'has the numbers from which a reader gets the slope: %d hours, %d MB an hour, a rise of %d MB, from %d MB on',
    (hours, perHour, jump, held) => {
      for (let seed = 0; seed < 5; seed++) {
        const row = rowOf(seed, hours, perHour, { jump, held });
        const [, slope, interval] = /growing ([\d.]+) ± ([\d.]+) MB an hour/.exec(row)!.map(Number);
        const [, from, to, over, unit] = /([\d.,]+) MB → ([\d.,]+) MB in ([\d.]+) (h|min)/.exec(row) ?? [];
        const took = Number(over) * (unit === 'min' ? 1 / 60 : 1);
        // Sizes are to a tenth, and the time has three digits.
        const rounding = 0.1 / took + 0.01 * slope! + 0.06;
        expect(Math.abs((numberOf(to) - numberOf(from)) / took - slope!)).toBeLessThan(rounding);
        expect(Math.abs(slope! - perHour)).toBeLessThan(2 * interval! + 0.3);
      }
    },
  );
});
