import { parse as parseYaml } from 'yaml';
import { offsetAt } from '../../markup/zoned-time.ts';
import type { Post, PostDraft } from '../post.ts';

/** A post as a file of an export has it. */
export interface ExportedPost {
  readonly draft: PostDraft & { readonly path: string };
  readonly updatedAtMillis: number | undefined;
  readonly createdAtMillis: number | undefined;
  readonly deletedAtMillis: number | undefined;
  /** Its place among posts with the same date, from 1. */
  readonly order: number | undefined;
}

const MINUTE_MILLIS = 60_000;
const FILE = /^---(\r?\n)([\s\S]*?\n)---\r?\n(?:\r?\n)?([\s\S]*)$/;

/**
 * A post as YAML front matter and its text, which begins after one blank line and is not changed by a byte. Each value is JSON, which is
 * YAML, except dates. Deleted posts are drafts with the status that they had, as generators would publish them. `addresses` have a leading slash, as Hugo, Zola and Jekyll expect it.
 */
export function exportedText(
  post: Post,
  facts: { readonly feedId: string; readonly timeZone: string; readonly order: number | undefined },
): string {
  const date = (millis: number | null | undefined): string | undefined =>
    millis === null || millis === undefined ? undefined : dateText(millis, facts.timeZone);
  const value = (of: unknown): string | undefined => (of === undefined ? undefined : JSON.stringify(of));
  const isDeleted = post.deletedAtMillis !== null;
  const list = (of: readonly string[]): string | undefined => (of.length === 0 ? undefined : value(of));
  const fields: readonly (readonly [string, string | undefined])[] = [
    ['title', value(post.title)],
    ['url', value(`/${post.path}`)],
    ['description', value(post.description)],
    ['date', date(post.publishedAtMillis)],
    ['lastmod', date(post.updatedAtMillis)],
    ['created', date(post.createdAtMillis)],
    ['deleted', date(post.deletedAtMillis)],
    ['order', value(facts.order)],
    ['draft', value(post.status === 'draft' || isDeleted || undefined)],
    ['statusBefore', value(isDeleted && post.status !== 'draft' ? post.status : undefined)],
    ['unlisted', value(post.status === 'unlisted' || undefined)],
    ['tags', list(post.tags)],
    ['authors', list(post.authors)],
    ['aliases', list(post.aliases.map((alias) => `/${alias}`))],
    ['language', value(post.language)],
    ['id', value(facts.feedId)],
  ];
  const lines = fields.flatMap(([key, text]) => (text === undefined ? [] : [`${key}: ${text}\n`]));
  return `---\n${lines.join('')}---\n\n${post.markdown}`;
}

/**
 * Reads what `exportedText` wrote; undefined if it is no such file. If its front matter has line ends of Windows, as an editor or Git writes
 * them, the text has got them too, and loses them again.
 */
export function readExportedText(text: string): ExportedPost | undefined {
  const [, lineEnd, matter, body] = FILE.exec(text) ?? [];
  const markdown = lineEnd === '\r\n' ? body?.replaceAll('\r\n', '\n') : body;
  const data: unknown = matter === undefined ? undefined : parsed(matter);
  if (markdown === undefined || typeof data !== 'object' || data === null) return undefined;
  const values = new Map<string, unknown>(Object.entries(data));
  const word = (key: string): string | undefined => {
    const value = values.get(key);
    return typeof value === 'string' ? value : undefined;
  };
  const words = (key: string): readonly string[] => {
    const value = values.get(key);
    return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [];
  };
  const [title, path, date, order] = [word('title'), word('url'), word('date'), values.get('order')];
  const isDraft = values.get('draft') === true && word('statusBefore') === undefined;
  if (title === undefined || path === undefined || (date === undefined && !isDraft)) return undefined;
  return {
    draft: {
      title,
      path,
      markdown,
      description: word('description'),
      status: isDraft ? 'draft' : values.get('unlisted') === true ? 'unlisted' : 'published',
      publishedAtMillis: millisOf(date) ?? null,
      tags: words('tags'),
      authors: words('authors'),
      aliases: words('aliases'),
      language: word('language') ?? '',
      feedId: word('id'),
    },
    updatedAtMillis: millisOf(word('lastmod')),
    createdAtMillis: millisOf(word('created')),
    deletedAtMillis: millisOf(word('deleted')),
    order: typeof order === 'number' ? order : undefined,
  };
}

function parsed(matter: string): unknown {
  try {
    return parseYaml(matter);
  } catch {
    return undefined;
  }
}

/** `2026-03-14T12:00:00.000+01:00`; in UTC where the zone's offset has seconds, as before 1900. */
function dateText(millis: number, timeZone: string): string {
  const offset = offsetAt(millis, timeZone);
  const isWhole = offset !== 0 && offset % MINUTE_MILLIS === 0;
  if (!isWhole) return new Date(millis).toISOString();
  const minutes = Math.abs(offset) / MINUTE_MILLIS;
  const two = (number: number): string => String(number).padStart(2, '0');
  const zone = `${offset < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
  return new Date(millis + offset).toISOString().replace(/Z$/, zone);
}

function millisOf(text: string | undefined): number | undefined {
  const millis = text === undefined ? NaN : Date.parse(text);
  return Number.isNaN(millis) ? undefined : millis;
}
