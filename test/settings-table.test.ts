import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { TELEMETRY_SETTINGS } from '../otel/config.ts';
import { BLOG_SETTINGS } from '../src/process/config.ts';
import { README, settingsMarkdown, withSettings } from './readme-settings.ts';

const ROOT = fileURLToPath(new URL('../', import.meta.url));

describe('the settings in the README', () => {
  it('are those the code reads; npm run readme writes them', () => {
    const readme = readFileSync(README, 'utf8');
    expect(withSettings(readme)).toBe(readme);
  });

  it('name every setting once', () => {
    const names = [...settingsMarkdown().matchAll(/^\| `(\w+)` /gm)].map((match) => match[1]!);
    const expected = new Set([...BLOG_SETTINGS, ...TELEMETRY_SETTINGS].map(({ name }) => name));
    expect(names.toSorted()).toEqual([...expected].toSorted());
  });

  it('stand in the code in full, so that a search for one finds it', () => {
    const tables = globSync(
      ['otel/settings/*.ts', 'src/process/{alert-settings,backup-settings,config}.ts'],
      {
        cwd: ROOT,
      },
    ).map((path) => readFileSync(join(ROOT, path), 'utf8'));
    const composed = [...BLOG_SETTINGS, ...TELEMETRY_SETTINGS].filter(
      ({ name }) => !tables.some((code) => code.includes(`'${name}'`)),
    );
    expect(composed.map(({ name }) => name)).toEqual([]);
  });

  it('agree where both tables know a setting', () => {
    const shared = BLOG_SETTINGS.flatMap((setting) => {
      const telemetry = TELEMETRY_SETTINGS.find(({ name }) => name === setting.name);
      return telemetry === undefined ? [] : [{ blog: setting, telemetry }];
    });
    expect(shared.length).toBeGreaterThan(0);
    for (const { blog, telemetry } of shared) {
      expect(telemetry.meaning).toBe(blog.meaning);
      expect(telemetry.default).toBe(blog.default);
      expect(telemetry.secret ?? false).toBe(blog.secret ?? false);
    }
  });

  it('say that a README without the markers has nowhere to put them', () => {
    expect(() => withSettings('# A blog\n')).toThrow('the README needs <!-- settings -->');
  });
});
