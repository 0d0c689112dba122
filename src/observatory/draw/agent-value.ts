import { html, type Html } from '../../markup/html.ts';
import { agentWords } from '../format/agent-words.ts';

/** A user agent by its name, on one line; the whole text in its title, and folded behind it. */
export function agentValue(userAgent: string, href?: string): Html {
  const words = agentWords(userAgent);
  const title = html` title="${userAgent}"`;
  const name =
    href === undefined
      ? html`<span class="asked" ${title}><bdi>${words}</bdi></span>`
      : html`<a class="asked" href="${href}" ${title}><bdi>${words}</bdi></a>`;
  if (words === userAgent) return name;
  return html`${name}
    <details class="whole-agent">
      <summary aria-label="${words}: the whole user agent">…</summary>
      <bdi>${userAgent}</bdi>
    </details>`;
}
