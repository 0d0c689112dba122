/**
 * The README's settings tables, made from the tables that the code reads. `npm run readme` writes them between the markers;
 * settings-table.test.ts fails while they differ.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { TELEMETRY_SETTINGS } from '../otel/config.ts';
import { BLOG_SETTINGS } from '../src/process/config.ts';
import { SERVICE_NAME } from '../src/start/telemetry-options.ts';

export const README = new URL('../README.md', import.meta.url);
const BEGIN = '<!-- settings -->';
const END = '<!-- /settings -->';

interface SettingLine {
  readonly name: string;
  readonly default: string;
  readonly meaning: string;
}

/** The README's text with the settings in force written between its markers. Throws when a marker is missing. */
export function withSettings(readme: string): string {
  const begin = readme.indexOf(BEGIN);
  const end = readme.indexOf(END);
  if (begin < 0 || end < begin) throw new Error(`the README needs ${BEGIN} and, after it, ${END}`);
  return `${readme.slice(0, begin)}${BEGIN}\n\n${settingsMarkdown()}\n\n${readme.slice(end)}`;
}

/** The everyday settings as one table, those of OpenTelemetry as a second one that is folded away. */
export function settingsMarkdown(): string {
  const blogNames = new Set(BLOG_SETTINGS.map(({ name }) => name));
  const telemetry = TELEMETRY_SETTINGS.filter(({ name }) => !blogNames.has(name)).map((setting) =>
    setting.name === 'OTEL_SERVICE_NAME' ? { ...setting, default: SERVICE_NAME } : setting,
  );
  const isStandard = ({ name }: SettingLine): boolean => name.startsWith('OTEL_');
  const standard = telemetry.filter(isStandard);
  return [
    table([...BLOG_SETTINGS, ...telemetry.filter((setting) => !isStandard(setting))]),
    `<details>\n<summary>The ${standard.length} settings of OpenTelemetry that count here</summary>`,
    table(standard),
    '</details>',
  ].join('\n\n');
}

function table(settings: readonly SettingLine[]): string {
  const rows = settings.map(
    (setting) => `| \`${setting.name}\` | ${cell(setting.default)} | ${cell(setting.meaning)} |`,
  );
  return ['| name | default | meaning |', '|---|---|---|', ...rows].join('\n');
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  writeFileSync(README, withSettings(readFileSync(README, 'utf8')));
