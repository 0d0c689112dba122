import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { advisoriesIn, isUrgent } from './advisories.ts';

/*
 * Asks the registry what is known of the packages that a blog runs with. Exits 1 for severity high and critical; a registry that does not
 * answer is said and passed over.
 */
const asked = spawnSync('npm', ['audit', '--omit=dev', '--json'], {
  cwd: fileURLToPath(new URL('../../', import.meta.url)),
  encoding: 'utf8',
  timeout: 60_000,
});
const advisories = advisoriesIn(asked.stdout ?? '');
if (advisories === undefined)
  process.stdout.write('The registry did not say what is known of the packages.\n');
else if (advisories.length === 0) process.stdout.write('Nothing is known against the packages.\n');
else
  for (const { name, severity, titles } of advisories)
    process.stdout.write(`${severity}: ${name}${titles.map((title) => `, ${title}`).join('')}\n`);
if (advisories?.some(isUrgent) === true) {
  process.stderr.write(
    'Bring them up to date: npm audit fix, or pin a fixed version; SECURITY.md says how soon.\n',
  );
  process.exitCode = 1;
}
