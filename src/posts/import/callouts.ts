import { mapProse } from './prose.ts';

/** `> [!note] Title` of Obsidian and GitHub; `+` or `-` folds it. */
const CALLOUT = /^( {0,3}(?:> ?)+)\[!([\w -]{1,30})\][+-]?[ \t]*([^\n]*)$/gm;

/** Callouts as quotations that begin with their title in bold. */
export function plainCallouts(markdown: string): string {
  return mapProse(markdown, (text) =>
    text.replaceAll(CALLOUT, (_, quote: string, kind: string, title: string) => {
      const named = title.trim() || kind.charAt(0).toUpperCase() + kind.slice(1).toLowerCase();
      return `${quote}**${named.replaceAll('*', String.raw`\*`)}**\n${quote.trimEnd()}`;
    }),
  );
}
