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

/** The hexadecimal digits of an id, eight per number of `random`. */
export function hexOf(random: () => number, words: number): string {
  return Array.from({ length: words }, () => random().toString(16).padStart(8, '0')).join('');
}

/** Ids that are reproducible; trace ids are random in all bits. */
export function idsOf(random: () => number): IdGenerator {
  return { generateTraceId: () => hexOf(random, 4), generateSpanId: () => hexOf(random, 2) };
}
