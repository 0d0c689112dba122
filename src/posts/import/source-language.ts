/** The first value that is a language, as BCP 47 writes it: `de_DE` is `de-DE`. */
export function languageTag(...values: readonly unknown[]): string | undefined {
  for (const value of values) {
    if (typeof value !== 'string' || value.trim() === '') continue;
    try {
      // Some systems name an encoding too: `de_DE.UTF-8`.
      return Intl.getCanonicalLocales(
        value
          .trim()
          .replace(/[.@].*$/s, '')
          .replaceAll('_', '-'),
      )[0];
    } catch {
      continue;
    }
  }
  return undefined;
}

/** The language in the name of a Hugo file, as `post.fr.md`; undefined if it is that of files that name none. */
export function languageInName(
  relative: string,
  { languages, language }: { readonly languages: readonly string[]; readonly language: string },
): string | undefined {
  const suffix = /\.([^./]+)\.[^./]+$/.exec(relative)?.[1]?.toLowerCase();
  return suffix !== undefined && suffix !== language && languages.includes(suffix)
    ? languageTag(suffix)
    : undefined;
}
