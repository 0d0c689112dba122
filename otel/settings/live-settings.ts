import { LIMIT_SETTINGS } from './limit-settings.ts';
import type { Setting } from './setting.ts';
import { SETTINGS, type SettingKey } from './settings-table.ts';

const KEYS = [
  'rates',
  'exportRates',
  'slowRequestSeconds',
  'slowQuerySeconds',
  'slowRenderSeconds',
  'keepsWholeTrace',
  'rules',
  'target',
] as const satisfies readonly SettingKey[];

/** Settings that may change while the process runs, in page order. To add one, name it above, provided `samplingValues` reads it. */
export const LIVE_SETTINGS: readonly Setting<unknown>[] = Object.freeze([
  ...KEYS.map((key) => SETTINGS[key]),
  ...Object.values(LIMIT_SETTINGS),
]);

const SAMPLING: ReadonlySet<string> = new Set(KEYS.map((key) => SETTINGS[key].name));

/** Returns true for a setting that verdicts depend on, false for a limit or objective. */
export function isOfSampling(name: string): boolean {
  return SAMPLING.has(name);
}
