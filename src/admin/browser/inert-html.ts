/** Attributes that pasted HTML keeps; a style under another name, as the policy of the page would report it. */
const KEPT = new Set(
  'href src alt title start type checked align rowspan colspan class id width height hidden aria-hidden encoding'.split(
    ' ',
  ),
);
const ATTRIBUTE = /([^\s"'<>/=]+)(?:\s*=\s*("[^"]*"|'[^']*'|[^\s"'>][^\s>]*))?/g;

/** HTML whose tags have no handlers; `style` is `data-style`. For the same reason, not for safety: what is parsed here runs nothing. */
export function inertHtml(html: string): string {
  let inert = '';
  for (let from = 0; ;) {
    const open = html.indexOf('<', from);
    const end = open === -1 ? -1 : endOfTag(html, open + 1);
    if (end === -1) return inert + (open === -1 ? html.slice(from) : html.slice(from, open));
    inert += html.slice(from, open) + inertTag(html.slice(open, end));
    from = end;
  }
}

/** Behind the `>` of the tag; its values may have others. -1 if it has no end. */
function endOfTag(html: string, start: number): number {
  if (!/[a-z]/i.test(html.charAt(start))) return start;
  for (let at = start; at < html.length; at++) {
    const sign = html[at];
    if (sign === '>') return at + 1;
    if (sign !== '"' && sign !== "'") continue;
    at = html.indexOf(sign, at + 1);
    if (at === -1) return -1;
  }
  return -1;
}

function inertTag(tag: string): string {
  const name = /^<[a-z][^\s/>]*/i.exec(tag)?.[0];
  if (name === undefined) return tag;
  const attributes = [...tag.slice(name.length, -1).matchAll(ATTRIBUTE)].flatMap(
    ([whole, given = '', value]) => {
      const key = given.toLowerCase();
      if (key === 'style') return [`data-style=${value ?? '""'}`];
      return KEPT.has(key) ? [whole] : [];
    },
  );
  return `${[name, ...attributes].join(' ')}>`;
}
