import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { MAX_LAG_DAYS } from '../release/node-lag.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');
const sheet = read('docs/ASVS.md');
/** The requirements of level 1 of ASVS 5.0.0, by chapter and section. */
const LEVEL_1 =
  `1.2.1-5 1.3.1-2 1.5.1 2.1.1 2.2.1-2 2.3.1 3.2.1-2 3.3.1 3.4.1-2 3.5.1-3 4.1.1 4.4.1 5.2.1-2 5.3.1-2
  6.1.1 6.2.1-8 6.3.1-2 6.4.1-2 7.2.1-4 7.4.1-2 8.1.1 8.2.1-2 8.3.1 9.1.1-3 9.2.1 10.4.1-5 11.3.1-2 11.4.1 12.1.1
  12.2.1-2 13.4.1 14.2.1 14.3.1 15.1.1 15.2.1 15.3.1`
    .split(/\s+/)
    .flatMap((range) => {
      const [, section, first, last = first] = /^(\d+\.\d+)\.(\d+)(?:-(\d+))?$/.exec(range)!;
      const count = Number(last) - Number(first) + 1;
      return Array.from({ length: count }, (_, index) => `${section}.${Number(first) + index}`);
    });
const rows = [...sheet.matchAll(/^\| (\d+\.\d+\.\d+) \| ([^|]+) \| ([^|]+) \| (.+) \|$/gm)].map(
  ([, id, asked, state, why]) => ({ id: id!, asked: asked!, state: state!, why: why! }),
);
const testsIn = (text: string): readonly string[] =>
  [...text.matchAll(/`((?:src|integration|release)\/[\w/-]+|deploy|settings-table)`/g)].map(
    (match) => match[1]!,
  );
const inState = (state: string): number => rows.filter((row) => row.state === state).length;

describe('docs/ASVS.md', () => {
  it('has each requirement of level 1 once, in order', () => {
    expect(LEVEL_1).toHaveLength(70);
    expect(rows.map(({ id }) => id)).toEqual(LEVEL_1);
  });

  it('counts what holds, falls short and does not apply', () => {
    const [holds, short, none] = ['holds', 'falls short', 'does not apply'].map(inState);
    expect(holds! + short! + none!).toBe(70);
    expect(sheet).toContain(`${holds} hold, ${short} fall short, ${none} do not apply`);
  });

  it('names a test of each requirement that holds, and each test is there', () => {
    expect(rows.filter(({ state, why }) => state === 'holds' && testsIn(why).length === 0)).toEqual([]);
    const missing = testsIn(sheet).filter((name) => !existsSync(join(ROOT, 'test', `${name}.test.ts`)));
    expect(missing).toEqual([]);
  });

  it('links to existing places', () => {
    const anchorOf = (heading: string): string =>
      heading
        .toLowerCase()
        .replace(/[^\w -]/g, '')
        .replaceAll(' ', '-');
    for (const [, file, anchor] of sheet.matchAll(/\]\(([\w./]+\.md)#([\w-]+)\)/g)) {
      const headings = [...read(join('docs', file!)).matchAll(/^##+ (.+)$/gm)].map((match) =>
        anchorOf(match[1]!),
      );
      expect(headings).toContain(anchor);
    }
  });
});

describe('SECURITY.md', () => {
  it('has a time for each severity, and that of Node as it is compared', () => {
    const security = read('SECURITY.md');
    for (const severity of ['critical', 'high', 'moderate', 'low'])
      expect(security).toMatch(new RegExp(`\\| [^|]*\\b${severity}\\b[^|]* \\| \\d+ days \\|`));
    expect(security).toContain(`newer patch of the Node release line is available | ${MAX_LAG_DAYS} days`);
  });

  it('names what CI runs', () => {
    const ran = read('.ci/run');
    for (const command of ['npm run check:node', 'npm run check:advisories']) {
      expect(read('SECURITY.md')).toContain(command);
      expect(ran).toContain(command);
    }
  });
});
