/** Template calls, components and embeds of a text that mean nothing here: each as it should be told. */
export function unplayableParts(markdown: string): readonly string[] {
  const prose = withoutCode(markdown);
  const shortcodes =
    prose.match(/\{\{[<%][^}]{0,500}\}\}|\{\{\s*\w+\([^}]{0,500}\}\}|\{%\s*\w+[^%]{0,500}%\}/g) ?? [];
  const components = [...prose.matchAll(/<([A-Z][\w.]{0,60})(?=[\s/>])/g)].map(([, name]) => name!);
  const embeds = [...prose.matchAll(/<(iframe|object|embed|script)\b/gi)].map(([, name]) =>
    name!.toLowerCase(),
  );
  return [
    ...shortcodes.map((shortcode) => `shortcode ${shortcode} left as text`),
    ...[...new Set(components)].map((name) => `component <${name}> is not known here and shows nothing`),
    ...[...new Set(embeds)].map((name) =>
      name === 'iframe'
        ? '<iframe> becomes a link: the blog allows no foreign content'
        : `<${name}> is not shown to readers: the blog allows no foreign content`,
    ),
  ];
}

function withoutCode(markdown: string): string {
  return markdown.replace(/^(`{3,}|~{3,})[\s\S]*?^\1/gm, '').replace(/`[^`\n]*`/g, '');
}
