import { tagUrl } from '../post-path.ts';
import { trimSlashes } from '../../process/address.ts';
import { feedIdOf } from '../feed-id.ts';
import { slugOf } from '../post-path.ts';
import type { PostStatus } from '../post.ts';
import { tableOf, tablesOf, wordOf, type ForeignExport, type ForeignPost } from './foreign-export.ts';
import { leadPicture, ownLinks, withoutMadeSizes } from './foreign-html.ts';
import { htmlToMarkdown } from './html-to-markdown.ts';
import { lexicalToHtml, MAX_DEPTH } from './lexical-html.ts';
import { languageTag } from './source-language.ts';

type Table = ReturnType<typeof tableOf>;

const MADE_SIZES = /\/content\/images\/size\//;
/** In texts, instead of the site's address. */
const SITE = '__GHOST_URL__';

/** Reads an export of Ghost (JSON, version 1 and later). Undefined if it is none. */
export function readGhost(value: unknown): ForeignExport | undefined {
  const [first] = tablesOf(tableOf(value).get('db'));
  const data = tableOf((first ?? tableOf(value)).get('data'));
  if (!Array.isArray(data.get('posts'))) return undefined;
  const tags = relationOf(data, { table: 'tags', by: 'posts_tags', key: 'tag_id' });
  const authors = relationOf(data, { table: 'users', by: 'posts_authors', key: 'author_id' });
  const meta = new Map(tablesOf(data.get('posts_meta')).map((row) => [row.get('post_id'), row]));
  const posts = tablesOf(data.get('posts')).map((row) => {
    const id = row.get('id');
    return ghostPost(row, {
      meta: meta.get(id) ?? new Map(),
      tags: (tags.get(id) ?? []).filter((tag) => !isInternal(tag)).flatMap(nameOf),
      authors: (authors.get(id) ?? []).flatMap(nameOf),
    });
  });
  const settings = new Map(tablesOf(data.get('settings')).map((row) => [row.get('key'), row.get('value')]));
  const members = tablesOf(data.get('members')).length;
  return {
    posts,
    redirects: tablesOf(data.get('tags'))
      .filter((tag) => !isInternal(tag))
      .flatMap((tag) =>
        nameOf(tag).map((name) => ({
          from: `/tag/${wordOf(tag.get('slug')) ?? slugOf(name)}`,
          to: tagUrl(name),
        })),
      ),
    // Until version 4 it was called `lang`.
    language: languageTag(settings.get('locale'), settings.get('lang'), settings.get('default_locale')),
    notes: members === 0 ? [] : [`${members} members are not imported`],
  };
}

function nameOf(row: Table): readonly string[] {
  const name = wordOf(row.get('name'));
  return name === undefined ? [] : [name];
}

function isInternal(tag: Table): boolean {
  return tag.get('visibility') === 'internal' || wordOf(tag.get('name'))?.startsWith('#') === true;
}

/** The rows that belong to each post, in their order. */
function relationOf(
  data: Table,
  { table, by, key }: { readonly table: string; readonly by: string; readonly key: string },
): ReadonlyMap<unknown, readonly Table[]> {
  const rows = new Map(tablesOf(data.get(table)).map((row) => [row.get('id'), row]));
  const found = new Map<unknown, Table[]>();
  const links = tablesOf(data.get(by)).toSorted(
    (a, b) => Number(a.get('sort_order') ?? 0) - Number(b.get('sort_order') ?? 0),
  );
  for (const link of links) {
    const row = rows.get(link.get(key));
    const post = link.get('post_id');
    if (row === undefined) continue;
    const others = found.get(post);
    if (others === undefined) found.set(post, [row]);
    else others.push(row);
  }
  return found;
}

function ghostPost(
  row: Table,
  {
    meta,
    tags,
    authors,
  }: { readonly meta: Table; readonly tags: readonly string[]; readonly authors: readonly string[] },
): ForeignPost {
  const title = wordOf(row.get('title')) ?? 'Untitled';
  const slug = wordOf(row.get('slug')) ?? slugOf(title);
  const notes: string[] = [];
  // Drafts have no HTML yet.
  const lexical = wordOf(row.get('html')) === undefined ? lexicalToHtml(row.get('lexical')) : undefined;
  const source = wordOf(row.get('html')) ?? lexical?.html ?? '';
  const html = withoutMadeSizes(ownLinks(source, [SITE]), MADE_SIZES);
  if (lexical !== undefined && lexical.unknown.size > 0)
    notes.push(
      `has parts that are not known, of which the text alone is imported, if they have one: ${[...lexical.unknown].join(', ')}`,
    );
  if (lexical?.isCut === true)
    notes.push(`is nested deeper than ${MAX_DEPTH} levels: what is below them is not imported`);
  if (
    html === '' &&
    lexical === undefined &&
    wordOf(row.get('lexical') ?? row.get('mobiledoc')) !== undefined
  )
    notes.push('has no HTML in the export: its text is missing; save it in Ghost once more and export again');
  const picture = wordOf(row.get('feature_image'))?.replace(SITE, '');
  const alt = wordOf(meta.get('feature_image_alt'));
  const publishedAtMillis = millisOf(row.get('published_at'));
  const path = trimSlashes(slug);
  return {
    name: `${row.get('type') === 'page' || row.get('page') === 1 ? 'page' : 'post'} ${slug}`,
    text: JSON.stringify([[...row], [...meta], tags, authors]),
    post: {
      draft: {
        title,
        path,
        markdown: htmlToMarkdown(leadPicture(picture, alt, html) + html),
        description: wordOf(row.get('custom_excerpt')),
        status: statusOf(row, notes),
        publishedAtMillis,
        tags,
        authors,
        aliases: [],
        language: wordOf(row.get('locale')),
        feedId: feedIdOf(wordOf(row.get('uuid')), { path, publishedAtMillis }),
      },
      formerPath: path,
      updatedAtMillis: millisOf(row.get('updated_at')),
      unknownKeys: [],
      notes,
    },
  };
}

function statusOf(row: Table, notes: string[]): PostStatus {
  const visibility = wordOf(row.get('visibility')) ?? 'public';
  const status = wordOf(row.get('status')) ?? 'draft';
  const isPublic = visibility === 'public' && (status === 'published' || status === 'scheduled');
  if (status !== 'draft' && !isPublic)
    notes.push(
      `${status === 'sent' ? 'was sent by mail only' : `is for ${visibility}`}: imported as a draft`,
    );
  if (!isPublic || millisOf(row.get('published_at')) === undefined) return 'draft';
  return row.get('type') === 'page' || row.get('page') === 1 ? 'unlisted' : 'published';
}

/** Ghost has had both: ISO text in UTC, and epoch milliseconds. */
function millisOf(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  const text = wordOf(value)?.replace(' ', 'T');
  const millis =
    text === undefined ? NaN : Date.parse(/(?:Z|[+-]\d{2}:?\d{2})$/.test(text) ? text : `${text}Z`);
  return Number.isNaN(millis) ? undefined : millis;
}
