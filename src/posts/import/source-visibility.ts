import type { PostStatus } from '../post.ts';
import { sourceTime } from './source-time.ts';
import { isVisibilityWord, judgeWord, tellingWord, type Hide } from './visibility-words.ts';

/** Names with their values; a name may stand more than once, in another spelling or in another table. */
export type Entries = readonly (readonly [name: string, value: unknown])[];

/** Whether readers may see a source, and why not. */
export interface SourceVisibility {
  readonly status: PostStatus;
  /** The later of its date and its date of publication. */
  readonly publishedAtMillis: number | undefined;
  readonly notes: readonly string[];
  /** Names that were asked. */
  readonly meant: ReadonlySet<string>;
}

/** As `keyOf` writes them. */
const DATES: ReadonlySet<string> = new Set(
  'date publishedat publishedon pubdate publishdate publishedate publisheddate publishon publishat scheduled published embargo embargountil golive golivedate availablefrom visiblefrom'.split(
    ' ',
  ),
);
const ENDS: ReadonlySet<string> = new Set(
  'expirydate expiry expires expire expiresat expireson expirationdate expiration unpublishdate unpublishat'.split(
    ' ',
  ),
);

/**
 * Asks whether a source is surely public, by the words of Hugo, Jekyll, Zola, Eleventy and their kin. Names are compared without regard to
 * case, hyphens and underscores, and every spelling counts. What is not understood makes a draft and a note: a draft too many is published
 * with a click, a post too many cannot be taken back. `fallbackMillis` is a date from the source's name or address.
 */
export function sourceVisibility(
  entries: Entries,
  options: {
    /** Why its place or its section hides it. */
    readonly hiddenBy?: string | undefined;
    readonly fallbackMillis: number | undefined;
    readonly nowMillis: number;
  },
): SourceVisibility {
  const notes: string[] = [];
  let status: PostStatus = 'published';
  const hide: Hide = (to, why) => {
    if (status !== 'draft') status = to;
    if (why !== undefined) notes.push(`${why}: imported as ${to === 'draft' ? 'a draft' : 'unlisted'}`);
  };
  const times: number[] = [];
  for (const [name, value] of entries) {
    const key = keyOf(name);
    const isPublished = key === 'published' || key === 'scheduled';
    // `published` is a yes, a no or a date, as its author likes.
    if (DATES.has(key) && !(isPublished && sourceTime(value) === undefined))
      times.push(...timeOf(name, value, hide));
    else if (ENDS.has(key))
      for (const end of timeOf(name, value, hide)) {
        if (end <= options.nowMillis) hide('draft', `${name} has passed`);
        else notes.push(`${name} is not kept: take the post down yourself at ${new Date(end).toISOString()}`);
      }
    else judgeWord(key, name, value, hide);
  }
  for (const [name, value] of entries)
    if (tellingWord(name, value)) hide('draft', `${name}: ${shown(value)}`);
  if (options.hiddenBy !== undefined) hide('draft', options.hiddenBy);
  const publishedAtMillis = times.length > 0 ? Math.max(...times) : options.fallbackMillis;
  if (publishedAtMillis === undefined && status === 'published') hide('unlisted', 'has no date');
  const meant = entries.filter(([name, value]) => isMeant(keyOf(name)) || tellingWord(name, value));
  return {
    status,
    publishedAtMillis,
    notes: [...new Set(notes)],
    meant: new Set(meant.map(([name]) => name)),
  };
}

const isMeant = (key: string): boolean => DATES.has(key) || ENDS.has(key) || isVisibilityWord(key);

/** `is_draft`, `isDraft` and `is-draft` are one name: `draft`. */
function keyOf(name: string): string {
  return name
    .toLowerCase()
    .replaceAll(/[_\s-]/g, '')
    .replace(/^is(?=draft|private|hidden|public|visible|protected|unlisted|publish)/, '');
}

function timeOf(name: string, value: unknown, hide: Hide): readonly number[] {
  if (value === undefined || value === null || value === '') return [];
  const time = sourceTime(value);
  if (time !== undefined) return [time];
  hide('draft', `${name}: ${shown(value)} is not understood`);
  return [];
}

function shown(value: unknown): string {
  return (JSON.stringify(value) ?? 'nothing').slice(0, 60);
}
