import type { IdGenerator } from '@opentelemetry/sdk-trace';

/** Numbers from 0 to 2^32 - 1, reproducible by seed. */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x9e3779b9) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return (mixed ^ (mixed >>> 15)) >>> 0;
  };
}

const DIGITS = Array.from({ length: 0x10000 }, (_, half) => half.toString(16).padStart(4, '0'));

/** The hexadecimal digits of an id, eight per number of `random`. */
export function hexOf(random: () => number, words: number): string {
  let hex = '';
  for (let word = 0; word < words; word++) {
    const value = random();
    hex += DIGITS[value >>> 16]! + DIGITS[value & 0xffff]!;
  }
  return hex;
}

/** Ids that are reproducible; trace ids are random in all bits. */
export function idsOf(random: () => number): IdGenerator {
  return { generateTraceId: () => hexOf(random, 4), generateSpanId: () => hexOf(random, 2) };
}
