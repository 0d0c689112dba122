import { expect, it } from '@jest/globals';
import { waterfallRow } from '../../../../src/observatory/charts/waterfall-row.ts';

const OPTIONS = {
  startMillis: 0,
  durationMillis: 100,
  whole: { startMillis: 0 },
  selected: undefined,
  hrefOf: () => '',
  toggleOf: () => '',
};
const SUMMARY = 'Cannot read properties of undefined (reading the name of an author)';

it.each([
  [5, `${SUMMARY.slice(0, 42)}…`],
  [55, `${SUMMARY.slice(0, 17)}…`],
  [70, `${SUMMARY.slice(0, 29)}…`],
])(
  'an event after %d %% has as much of its text as has room, and the whole in a title',
  (timeMillis, label) => {
    const event = { name: 'exception', timeMillis, attributes: {} };
    const { text } = waterfallRow({ kind: 'event', event, depth: 1, summary: SUMMARY }, OPTIONS);
    expect(/<text\s+class="bar-label[^>]*>\s*([^<]*?)\s*<\/text>/.exec(text)?.[1]).toBe(label);
    expect(text).toContain(`<title>${SUMMARY}</title>`);
  },
);
