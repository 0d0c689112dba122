import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** Modules of packages that browser code imports by name; each is one file without imports. */
const FILES: Readonly<Record<string, string>> = { turndown: 'lib/turndown.browser.es.js' };

/** Their texts, by name of the package, each with its licence. */
export function browserLibraries(): Readonly<Record<string, string>> {
  const { resolve } = createRequire(import.meta.url);
  return Object.fromEntries(
    Object.entries(FILES).map(([name, file]) => {
      const folder = dirname(resolve(`${name}/package.json`));
      const text = (path: string): string => readFileSync(join(folder, path), 'utf8');
      return [name, `/*! ${name}\n${text('LICENSE')}*/\n${WITHOUT_WINDOW}\n${text(file)}`];
    }),
  );
}

/** Turndown tries at once whether it can parse HTML, which Trusted Types refuse and report. It is given elements, and parses none. */
const WITHOUT_WINDOW = 'const window = {};';
