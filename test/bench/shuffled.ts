import type { RandomSource } from '../../src/demo/random-source.ts';

export function shuffled<T>(values: readonly T[], random: RandomSource): T[] {
  const order = [...values];
  for (let i = order.length - 1; i > 0; i--) {
    const j = random.between(0, i);
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}
