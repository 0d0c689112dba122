import { posix } from 'node:path';

/** Matches imports and references in one pass, so inserted text is not scanned again. */
const REFERENCE =
  /@import\s+(?:url\()?["']([^"']+)["']\)?\s*(?:layer\(([\w-]+)\)\s*)?;|url\(\s*["']?([^"')]+)["']?\s*\)/g;

/**
 * Bundles a stylesheet, so that a page makes one request: inlines relative `@import`s (each file once, in its
 * `layer(...)` if it names one) and replaces relative `url(...)`s by addresses with a content hash. Throws when an imported file or an asset is missing.
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
      throw new Error(`stylesheet ${importer ?? file}: imported file ${file} does not exist`);
    const folder = posix.dirname(file);
    const inlined = (imported: string, layer: string | undefined): string => {
      const css = compose(posix.join(folder, imported), file);
      return layer === undefined || css === '' ? css : `@layer ${layer} {\n${css}\n}`;
    };
    return source.replace(REFERENCE, (whole: string, imported?: string, layer?: string, target = '') => {
      if (imported !== undefined) return inlined(imported, layer);
      return /^(?:[a-z]+:|\/|#)/i.test(target) ? whole : `url("${addressOf(posix.join(folder, target))}")`;
    });
  }

  return smaller(compose(name, undefined));
}

// Drops comments and indentation.
function smaller(css: string): string {
  return css
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/\s*\n\s*/g, '\n')
    .trim();
}
