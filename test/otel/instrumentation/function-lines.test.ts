import { describe, expect, it } from '@jest/globals';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { FunctionLines } from '../../../otel/instrumentation/function-lines.ts';
import { temporaryFolder } from '../../fixtures/temporary-folder.ts';

const SOURCE = `const before = 1;
function spin(millis) {
  while (millis > 0) {
    millis--;
  }

  return millis;
}
const arrow = () => before;
router.get('/', (ctx) => {
  ctx.body = arrow();
});
function page(title) {
  return \`<p>
\${title} and \\\` mark
</p>\`;
}
const after = 2;
`;

describe('the lines of a function', () => {
  const path = join(temporaryFolder(), 'spin.js');
  writeFileSync(path, SOURCE);
  const { href } = pathToFileURL(path);

  it.each([
    ['spin', 2, [2, 3, 7, 8]],
    ['an arrow on one line', 9, [9, 10]],
    ['a callback', 10, [10, 11, 12]],
    ['a function with a template that is not indented', 13, [13, 14, 15, 16, 17]],
  ])('%s are those down to its end', (_, first, own) => {
    for (const url of [href, path]) {
      const lines = new FunctionLines();
      const among = Array.from({ length: 600 }, (__, index) => index + 1);
      const found = among.filter((line) => lines.has(url, first, line));
      expect([found[0], found.at(-1)]).toEqual([own[0], own.at(-1)]);
      for (const line of own) expect(found).toContain(line);
    }
  });

  it('are unknown for a file that cannot be read, other than those before it', () => {
    const lines = new FunctionLines();
    for (const url of ['node:internal/perf/performance', 'evalmachine.<anonymous>', '', `${href}.gone`])
      expect([lines.has(url, 20, 19), lines.has(url, 20, 548)]).toEqual([false, true]);
  });
});
