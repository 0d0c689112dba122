import { expect, it } from '@jest/globals';
import { CHARACTER_UNITS, labelPlaces } from '../../../../src/observatory/charts/histogram.ts';

const placesAt = (...marks: readonly number[]): ReturnType<typeof labelPlaces> =>
  labelPlaces(
    marks.map((millis, index) => ({ millis, label: ['p50', 'p95', 'p99'][index] ?? '' })),
    (millis) => millis,
  );

it('two marks that are close have their labels on different sides', () => {
  expect(placesAt(330, 745, 830)).toEqual([
    { label: 'p50', at: 330, anchor: 'start' },
    { label: 'p95', at: 745, anchor: 'end' },
    { label: 'p99', at: 830, anchor: 'start' },
  ]);
});

it('labels never overlap, stay inside, and nothing is left out that has room', () => {
  for (let first = 0; first <= 1000; first += 25)
    for (let second = first; second <= 1000; second += 25)
      for (let third = second; third <= 1000; third += 25) {
        const places = placesAt(first, second, third);
        const extents = places.map(({ label, at, anchor }) => {
          const wide = label.length * CHARACTER_UNITS;
          return anchor === 'end' ? [at - wide, at] : [at, at + wide];
        });
        for (const [index, [from = NaN, to = NaN]] of extents.entries()) {
          expect(from).toBeGreaterThanOrEqual(extents[index - 1]?.[1] ?? 0);
          expect(to).toBeLessThanOrEqual(1000);
        }
        expect(places.length).toBeGreaterThan(0);
        if (second - first > 240 && third - second > 240) expect(places).toHaveLength(3);
      }
});
