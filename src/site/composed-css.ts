import { posix } from 'node:path';

/** An import or a reference: found in one pass, so that what is put in place is not looked at again. */
const REFERENCE = /@import\s+(?:url\()?["']([^"']+)["']\)?\s*;|url\(\s*["']?([^"')]+)["']?\s*\)/g;

/**
 * One stylesheet out of several, so that a page asks once: relative `@import`s are put in place (each file at most once)
 * and relative `url(...)`s become addresses under their content hash. Throws when an imported file or an asset is missing.
 */
export function composeCss(
  name: string,
  sourceOf: (name: string) => string | undefined,
  addressOf: (name: string) => string,
): string {
  const seen = new Set<string>();

  function compose(file: string, importer: string | undefined): string {
    if (seen.has(file)) return '';
    seen.add(file);
    const source = sourceOf(file);
    if (source === undefined)
      throw new Error(`stylesheet ${importer ?? file}: there is no ${file} to import`);
    const folder = posix.dirname(file);
    return source.replace(REFERENCE, (whole: string, imported: string | undefined, target = '') => {
      if (imported !== undefined) return compose(posix.join(folder, imported), file);
      return /^(?:[a-z]+:|\/|#)/i.test(target) ? whole : `url("${addressOf(posix.join(folder, target))}")`;
    });
  }

  return smaller(compose(name, undefined));
}

// Comments and indentation are for those who read the source.
function smaller(css: string): string {
  return css
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/\s*\n\s*/g, '\n')
    .trim();
}
