import type { AskedChange } from '../page.ts';
import { plural, type Sentence } from '../sentences/sentence.ts';

/** Why a submitted change of settings was not applied. @param outdated Says it for settings that were changed elsewhere meanwhile. */
export function refusedChange(
  asked: Exclude<AskedChange, { readonly trial: unknown }>,
  outdated: string,
): Sentence {
  return [
    { text: 'Nothing was changed: ', tone: 'failed' },
    {
      text:
        'problems' in asked
          ? `${plural(asked.problems.length, 'value is', 'values are')} invalid.`
          : outdated,
    },
  ];
}
