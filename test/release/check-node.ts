import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { MAX_LAG_DAYS, overdueVersion } from './node-lag.ts';

/*
 * Compares the Node that each platform gets with what the registry has. Exits 1 if one of them has been behind its own line for too
 * long; a registry that does not answer is said and passed over.
 */
const { optionalDependencies } = JSON.parse(
  readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
) as { readonly optionalDependencies: Readonly<Record<string, string>> };

const lines = Object.entries(optionalDependencies).map(([name, pinned]) => {
  const asked = spawnSync('npm', ['view', name, 'time', '--json'], { encoding: 'utf8', timeout: 60_000 });
  if (asked.status !== 0) return { name, text: `${name} ${pinned}: the registry did not say what there is` };
  const published = JSON.parse(asked.stdout) as Record<string, string>;
  const overdue = overdueVersion(pinned, published, Date.now());
  return overdue === undefined
    ? { name, text: `${name} ${pinned} is new enough` }
    : {
        name,
        overdue,
        text: `${name} ${pinned} is behind ${overdue}, which has been out for over ${MAX_LAG_DAYS} days`,
      };
});
for (const { text } of lines) process.stdout.write(`${text}\n`);
const behind = lines.filter(({ overdue }) => overdue !== undefined);
if (behind.length > 0) {
  const pins = behind.map(({ name, overdue }) => `${name}@${overdue}`).join(' ');
  process.stderr.write(`Bring them up to date: npm install --save-optional --save-exact ${pins}\n`);
  process.exitCode = 1;
}
