import { html, raw, type Html } from '../markup/html.ts';

/**
 * Structured data in a script element that browsers do not run. `<` is escaped, so that no text can end the element or start
 * a comment.
 */
export function jsonLd(data: Readonly<Record<string, unknown>>): Html {
  const text = JSON.stringify({ '@context': 'https://schema.org', ...data }).replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return html`<script type="application/ld+json">
    ${raw(text)}
  </script>`;
}
