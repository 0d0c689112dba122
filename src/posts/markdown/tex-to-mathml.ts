import { createRequire } from 'node:module';
import type * as Temml from 'temml';

let temml: typeof Temml | undefined;

/** MathML of a formula in TeX; undefined if it is no TeX that the library knows. It loads no font and runs no script. */
export function texToMathml(tex: string, { isBlock }: { readonly isBlock: boolean }): string | undefined {
  // Loaded by the first formula: most blogs have none.
  temml ??= createRequire(import.meta.url)('temml') as typeof Temml;
  try {
    return temml.renderToString(tex, { displayMode: isBlock, throwOnError: true });
  } catch {
    return undefined;
  }
}
