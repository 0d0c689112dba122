import { mapProse } from './prose.ts';

/** Notes on template calls, components and embeds that have no meaning here. */
export function unplayableParts(markdown: string): readonly string[] {
  const prose = mapProse(
    markdown,
    (text) => text,
    () => '',
  );
  const shortcodes =
    prose.match(/\{\{[<%][^}]{0,500}\}\}|\{\{\s*\w+\([^}]{0,500}\}\}|\{%\s*\w+[^%]{0,500}%\}/g) ?? [];
  const components = [...prose.matchAll(/<([A-Z][\w.]{0,60})(?=[\s/>])/g)].map(([, name]) => name!);
  const embeds = [...prose.matchAll(/<(iframe|object|embed|script)\b/gi)].map(([, name]) =>
    name!.toLowerCase(),
  );
  return [
    ...shortcodes.map((shortcode) => `shortcode ${shortcode} left as text`),
    ...[...new Set(components)].map((name) => `component <${name}> is unknown and shows nothing`),
    ...[...new Set(embeds)].map((name) =>
      name === 'iframe'
        ? '<iframe> becomes a link: the blog embeds no foreign content'
        : `<${name}> is removed: the blog embeds no foreign content`,
    ),
  ];
}
