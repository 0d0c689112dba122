import { replaceClosed } from './closed-parts.ts';
import { embedOf } from '../markdown/embeds.ts';
import { beginsAside, PutAside, withoutPlaces } from './put-aside.ts';

const BLOCK =
  'address|article|aside|audio|blockquote|center|dd|details|div|dl|dt|fieldset|figcaption|figure|footer|form|h[1-6]|header|hr|iframe|li|main|menu|nav|object|ol|p|picture|pre|section|script|style|summary|svg|table|tbody|td|tfoot|th|thead|tr|ul|video';
const BEGINS_BLOCK = new RegExp(`^<(?:/)?(?:${BLOCK})\\b`, 'i');

/** The text of a WordPress post as HTML: its editor stores paragraphs as blank lines, and parts of pages as shortcodes and comments. */
export function wordpressHtml(content: string, lost: (what: string) => void): string {
  const marks = /<!--\s*\/?(?:wp:|more|nextpage|noteaser)/g;
  const plain = replaceClosed(
    withoutPlaces(content),
    marks,
    () => /-->/g,
    () => '',
  );
  return withParagraphs(withoutShortcodes(plain.replaceAll(/\r\n?/g, '\n'), lost));
}

/** Shortcodes of WordPress itself become HTML; those of plug-ins stay as text, and are reported. */
function withoutShortcodes(html: string, lost: (what: string) => void): string {
  const embedded = html.replaceAll(
    /(<div class="wp-block-embed__wrapper">)\s*(https?:[^\s<]+)\s*(?=<\/div>)/g,
    (_, open: string, url: string) => open + linkText(url),
  );
  const captioned = replaceClosed(
    embedded,
    /\[caption[^\][]*\]/gi,
    () => /\[\/caption\]/gi,
    (_, inner) => {
      const [, picture = inner, text = ''] =
        /^((?:<a\b[^>]*>\s*)?<img\b[^>]*>(?:\s*<\/a>)?)([\s\S]*)$/i.exec(inner.trimStart()) ?? [];
      return `\n\n<figure>${picture}<figcaption>${text.trim()}</figcaption></figure>\n\n`;
    },
  );
  return withCode(withPlayers(captioned)).replaceAll(
    /\[(gallery|playlist|contact-form-7|contact-form|poll|wpforms|audio|video|embed)\b[^\]]{0,500}\]/gi,
    (whole) => {
      lost(`shortcode ${whole} left as text`);
      return whole;
    },
  );
}

function withPlayers(html: string): string {
  return html
    .replaceAll(/\[embed[^\][]*\]\s*(https?:[^[\s]+)\s*\[\/embed\]/gi, (_, url: string) => link(url))
    .replaceAll(
      /\[(?:youtube|vimeo|twitter|tweet)\s*(?:=\s*)?["']?(https?:[^"'\][\s]+)(?=["'\]\s])[^\][]*\]/gi,
      (_, url: string) => link(url),
    )
    .replaceAll(
      /\[(audio|video)\b([^\][]*)\](?:\s*\[\/\1\])?/gi,
      (whole, name: string, attributes: string) => {
        const src = /\b(?:src|mp3|mp4|m4a|ogg|webm)=["']([^"']+)["']/i.exec(attributes)?.[1];
        if (src === undefined) return whole;
        return `\n\n<${name.toLowerCase()} controls src="${src}"></${name.toLowerCase()}>\n\n`;
      },
    );
}

function withCode(html: string): string {
  return replaceClosed(
    html,
    /\[(code|sourcecode|php|css|js|html|python|bash)\b([^\][]*)\]/gi,
    ([, name = '']) => new RegExp(`\\[/${name}\\]`, 'gi'),
    ([, name = '', options = ''], code) => {
      const language =
        /\b(?:language|lang)=["']?([\w+#-]+)/i.exec(options)?.[1] ?? (/code$/i.test(name) ? '' : name);
      const text = code.replace(/^\n|\n$/g, '').replaceAll('<', '&lt;');
      return `\n\n<pre><code class="language-${language}">${text}</code></pre>\n\n`;
    },
  );
}

/** What WordPress embeds is a link, with the name of the site if it is a known one. */
function linkText(url: string): string {
  const found = embedOf(url.replaceAll('&amp;', '&'));
  const text = found === undefined || found.text.startsWith('Embedded page') ? url : found.text;
  return `<a href="${url}">${text}</a>`;
}

const link = (url: string): string => `\n\n<p>${linkText(url)}</p>\n\n`;

function withParagraphs(html: string): string {
  const kept = new PutAside();
  const marked = replaceClosed(
    html,
    /<(pre|script|style|svg)\b/gi,
    ([, name = '']) => new RegExp(`</${name}\\s*>`, 'gi'),
    (_, _inner, whole) => `\n\n${kept.put(whole)}\n\n`,
  );
  const separated = marked
    .replaceAll(/<\/?blockquote\b[^<>]*>/gi, '\n\n$&\n\n')
    .replaceAll(new RegExp(`(<(?:${BLOCK})\\b[^<>]*>)`, 'gi'), '\n\n$1')
    .replaceAll(new RegExp(`(</(?:${BLOCK})\\s*>)`, 'gi'), '$1\n\n');
  const parts = separated.split(/\n[ \t]*\n\s*/).map((part) => part.trim());
  const paragraphs = parts
    .filter((part) => part !== '')
    .map((part) => {
      if (BEGINS_BLOCK.test(part) || beginsAside(part)) return part;
      const url = /^https?:\/\/\S+$/.exec(part)?.[0];
      if (url !== undefined) return link(url).trim();
      return /<\/(?:li|td|th|dd|dt|blockquote|div|figure|figcaption)>$/i.test(part)
        ? part
        : `<p>${part.replaceAll('\n', '<br>\n')}</p>`;
    })
    .join('\n');
  return kept.putBack(paragraphs);
}
