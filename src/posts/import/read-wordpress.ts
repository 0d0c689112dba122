import { tagUrl } from '../post-path.ts';
import { Parser } from '../../markup/html-tokens.ts';
import { trimSlashes } from '../../process/address.ts';
import { feedIdOf } from '../feed-id.ts';
import { decodePath, slugOf } from '../post-path.ts';
import type { PostStatus } from '../post.ts';
import { ForeignExportError, type ForeignExport, type ForeignPost } from './foreign-export.ts';
import { leadPicture, ownAddress, ownLinks, textOfHtml } from './foreign-html.ts';
import { shortLinkOf } from '../short-link.ts';
import { htmlToMarkdown } from './html-to-markdown.ts';
import { languageTag } from './source-language.ts';
import { sourceTime } from './source-time.ts';
import { newWordpressAddress, type WordpressPlaces } from './wordpress-addresses.ts';
import { wordpressHtml } from './wordpress-html.ts';

interface Term {
  readonly domain: string;
  readonly slug: string;
  readonly name: string;
}

/** An `<item>` of the file: texts by element, terms, and fields that authors and plug-ins added. */
interface Item {
  readonly texts: Map<string, string>;
  readonly terms: Term[];
  readonly meta: Map<string, string>;
  comments: number;
}

interface Channel {
  readonly texts: Map<string, string>;
  readonly authors: Map<string, string>;
  readonly items: Item[];
}

/** Open elements at once: the parser searches all of them at each end tag. An export has ten. */
const MAX_OPEN = 512;

/** Reads an export of WordPress (WXR); `hasFile` knows files beside it by their addresses. Undefined if it is none. Throws ForeignExportError. */
export function readWordpress(xml: string, hasFile: WordpressPlaces['hasFile']): ForeignExport | undefined {
  if (!/<wp:wxr_version>/.test(xml)) return undefined;
  const channel = channelOf(xml);
  const bases = [
    ...new Set(
      ['wp:base_blog_url', 'wp:base_site_url', 'link'].flatMap((name) => {
        const url = trimmed(channel.texts.get(name));
        // Texts from before a site had TLS say http, others https.
        return [url, url.replace(/^http:/i, 'https:'), url.replace(/^https:/i, 'http:')];
      }),
    ),
  ];
  const pictures = new Map(
    channel.items.map(({ texts }) => [texts.get('wp:post_id') ?? '', texts.get('wp:attachment_url') ?? '']),
  );
  const places = placesIn(channel.items, bases, hasFile);
  const posts: ForeignPost[] = [];
  const others = new Map<string, number>();
  let comments = 0;
  for (const item of channel.items) {
    const type = item.texts.get('wp:post_type') ?? 'post';
    const isTrash = item.texts.get('wp:status') === 'trash';
    comments += item.comments;
    if (isPost(item)) posts.push(wordpressPost(item, { bases, pictures, places, authors: channel.authors }));
    else if (type !== 'attachment')
      others.set(isTrash ? 'in the trash' : type, (others.get(isTrash ? 'in the trash' : type) ?? 0) + 1);
  }
  return {
    posts,
    redirects: termRedirects(channel.items),
    language: languageTag(channel.texts.get('language')),
    notes: [
      ...(comments === 0
        ? []
        : [`${comments} ${comments === 1 ? 'comment is' : 'comments are'} not imported`]),
      ...[...others].map(([type, count]) => `not imported: ${count} × ${type}`),
    ],
  };
}

function isPost({ texts }: Item): boolean {
  const type = texts.get('wp:post_type') ?? 'post';
  return (type === 'post' || type === 'page') && texts.get('wp:status') !== 'trash';
}

function placesIn(
  items: readonly Item[],
  bases: readonly string[],
  hasFile: WordpressPlaces['hasFile'],
): WordpressPlaces {
  const idOf = ({ texts }: Item): string => texts.get('wp:post_id')?.trim() ?? '';
  return {
    paths: new Map(items.filter(isPost).map((item) => [idOf(item), pathIn(item.texts, bases)])),
    uploads: new Map(
      items.flatMap((item) => {
        const url = item.texts.get('wp:attachment_url')?.trim() ?? '';
        return url === '' ? [] : [[idOf(item), ownAddress(url, bases)]];
      }),
    ),
    hasFile,
  };
}

function titleOf(texts: Item['texts']): string {
  return textOfHtml(texts.get('title')?.trim() ?? '') || 'Untitled';
}

function pathIn(texts: Item['texts'], bases: readonly string[]): string {
  const word = (name: string): string => texts.get(name)?.trim() ?? '';
  return pathOf(word('link'), bases) ?? slugOf(decodePath(word('wp:post_name')) || titleOf(texts));
}

const trimmed = (url = ''): string => url.trim().replace(/(?<!\/)\/+$/, '');

function channelOf(xml: string): Channel {
  const channel: Channel = { texts: new Map(), authors: new Map(), items: [] };
  const open: string[] = [];
  let item: Item | undefined;
  let text = '';
  let attributes: Readonly<Record<string, string>> = {};
  let metaKey = '';
  let login = '';
  const parser = new Parser(
    {
      onopentag(name, given) {
        if (open.push(name) > MAX_OPEN)
          throw new ForeignExportError(`The XML is damaged: an element is within ${MAX_OPEN} others.`);
        text = '';
        attributes = given;
        if (name === 'item') item = { texts: new Map(), terms: [], meta: new Map(), comments: 0 };
      },
      ontext: (piece) => void (text += piece),
      onclosetag(name) {
        open.pop();
        const parent = open.at(-1);
        if (name === 'item' && item !== undefined) {
          channel.items.push(item);
          item = undefined;
        } else if (name === 'wp:author_login') login = text;
        else if (name === 'wp:author_display_name') channel.authors.set(login, textOfHtml(text));
        else if (item === undefined) {
          if (parent === 'channel' && !channel.texts.has(name)) channel.texts.set(name, text);
        } else if (name === 'wp:comment') item.comments++;
        else if (name === 'wp:meta_key') metaKey = text;
        else if (name === 'wp:meta_value') item.meta.set(metaKey, text);
        else if (name === 'category')
          item.terms.push({
            domain: attributes['domain'] ?? '',
            slug: attributes['nicename'] ?? '',
            // WordPress stores names of terms and authors as HTML: `News &amp; more`.
            name: textOfHtml(text),
          });
        else if (parent === 'item') item.texts.set(name, text);
        text = '';
      },
    },
    { xmlMode: true },
  );
  parser.write(xml);
  parser.end();
  return channel;
}

function wordpressPost(
  { texts, terms, meta }: Item,
  site: {
    readonly bases: readonly string[];
    readonly pictures: ReadonlyMap<string, string>;
    readonly places: WordpressPlaces;
    readonly authors: ReadonlyMap<string, string>;
  },
): ForeignPost {
  const word = (name: string): string => texts.get(name)?.trim() ?? '';
  const title = titleOf(texts);
  const notes: string[] = [];
  const lost: string[] = [];
  const own = (html: string): string =>
    ownLinks(html, site.bases, (address) => newWordpressAddress(address, site.places));
  const html = own(wordpressHtml(texts.get('content:encoded') ?? '', (what) => lost.push(what)));
  const picture = own(`<a href="${site.pictures.get(meta.get('_thumbnail_id') ?? '') ?? ''}">`).slice(
    '<a href="'.length,
    -2,
  );
  const publishedAtMillis = timeOf(word('wp:post_date_gmt')) ?? timeOf(word('wp:post_date'));
  const path = pathIn(texts, site.bases);
  const status = statusOf({ status: word('wp:status'), hasPassword: word('wp:post_password') !== '' }, notes);
  const isPage = word('wp:post_type') === 'page';
  const short = shortLinkOf(`/?p=${word('wp:post_id')}`);
  return {
    name: `${isPage ? 'page' : 'post'} ${word('wp:post_id')} ${path}`,
    text: JSON.stringify([[...texts], terms, [...meta]]),
    post: {
      draft: {
        title,
        path,
        markdown: htmlToMarkdown(leadPicture(picture, undefined, html) + html),
        description: textOfHtml(word('excerpt:encoded')) || undefined,
        status: status === 'published' && isPage ? 'unlisted' : status,
        publishedAtMillis:
          status === 'draft' ? publishedAtMillis : (publishedAtMillis ?? timeOf(word('pubDate'))),
        tags: terms.filter(isTag).map(({ name }) => name),
        authors: [site.authors.get(word('dc:creator')) ?? word('dc:creator')].filter((name) => name !== ''),
        aliases: short === undefined ? [] : [short],
        feedId: feedIdOf(word('guid') || undefined, { path, publishedAtMillis }),
      },
      formerPath: path,
      updatedAtMillis: timeOf(word('wp:post_modified_gmt')),
      unknownKeys: [],
      notes,
      lost,
    },
  };
}

/** WordPress files posts without a category under this one. */
function isTag({ domain, slug }: Term): boolean {
  return domain === 'post_tag' || (domain === 'category' && slug !== 'uncategorized');
}

/** The post's address at the old site; undefined for one without, as a draft has (`/?p=12`). */
function pathOf(link: string, bases: readonly string[]): string | undefined {
  const base = bases.find((each) => each !== '' && link.startsWith(`${each}/`));
  const path = trimSlashes(decodePath(link.slice(base?.length ?? 0).replace(/^https?:\/\/[^/]+/i, '')) ?? '');
  return path === '' || path.includes('?') ? undefined : path.replace(/^index\.php\//, '');
}

function statusOf(
  { status, hasPassword }: { readonly status: string; readonly hasPassword: boolean },
  notes: string[],
): PostStatus {
  if (hasPassword) notes.push('has a password: imported as a draft');
  else if (status === 'private') notes.push('is private: imported as a draft');
  return !hasPassword && (status === 'publish' || status === 'future') ? 'published' : 'draft';
}

/** UTC; a draft has `0000-00-00 00:00:00`. */
function timeOf(text: string): number | undefined {
  return sourceTime(text.startsWith('0000') ? '' : text, 'UTC');
}

function termRedirects(items: readonly Item[]): ForeignExport['redirects'] {
  const terms = items.flatMap((item) => item.terms.filter(isTag));
  const found = new Map(
    terms.map(({ domain, slug, name }) => [
      `/${domain === 'category' ? 'category' : 'tag'}/${slug}`,
      tagUrl(name),
    ]),
  );
  return [...found].map(([from, to]) => ({ from, to }));
}
