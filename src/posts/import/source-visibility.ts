import type { PostStatus } from '../post.ts';
import { sourceTime } from './source-time.ts';

type Data = Readonly<Record<string, unknown>>;

/** Whether readers may see a source, and why not. */
export interface SourceVisibility {
  readonly status: PostStatus;
  /** The later of its date and its date of publication. */
  readonly publishedAtMillis: number | undefined;
  readonly notes: readonly string[];
}

const YES: ReadonlySet<string> = new Set(['true', 'yes', 'y', 'on', '1']);
const NO: ReadonlySet<string> = new Set(['false', 'no', 'n', 'off', '0']);
const DATES = [
  'date',
  'published_at',
  'pubdate',
  'publishdate',
  'publish_date',
  'published_date',
  'scheduled',
];
const ENDS = ['expirydate', 'expiry_date', 'expires', 'expire', 'unpublishdate', 'unpublish_date'];
const PUBLIC_WORDS: ReadonlySet<string> = new Set([
  'publish',
  'published',
  'public',
  'live',
  'final',
  'scheduled',
  'future',
]);
const UNLISTED_WORDS: ReadonlySet<string> = new Set(['unlisted', 'hidden', 'link']);
const HIDDEN_WORDS: ReadonlySet<string> = new Set([
  'draft',
  'drafts',
  'pending',
  'private',
  'trash',
  'archived',
  'unpublished',
  'inactive',
  'password',
  'members',
  'paid',
]);

/**
 * Asks whether a source is surely public, by the words of Hugo, Jekyll, Zola, Eleventy and their kin, whose names are compared without
 * regard to case. What is not understood makes a draft and a note: a draft too many is published with a click, a post too many cannot be
 * taken back. `data` has lower-case names; `fallbackMillis` is a date from the source's name or address.
 */
export function sourceVisibility(
  data: Data,
  options: {
    readonly relative: string;
    readonly fallbackMillis: number | undefined;
    readonly nowMillis: number;
  },
): SourceVisibility {
  const notes: string[] = [];
  let status: PostStatus = 'published';
  const hide = (to: PostStatus, why?: string): void => {
    if (status !== 'draft') status = to;
    if (why !== undefined) notes.push(`${why}: imported as ${to === 'draft' ? 'a draft' : 'unlisted'}`);
  };

  for (const [key, value] of Object.entries(data)) judge(key, value, hide);
  // Eleventy writes no page then.
  if (data['permalink'] === false) hide('draft');
  if (/(?:^|\/)_drafts?\//i.test(options.relative)) hide('draft');

  const times = DATES.flatMap((key) => timeAt(data, key, hide));
  const publishedAtMillis = times.length > 0 ? Math.max(...times) : options.fallbackMillis;
  for (const key of ENDS)
    for (const end of timeAt(data, key, hide))
      if (end <= options.nowMillis) hide('draft', `${key} has passed`);
      else notes.push(`${key} is not kept: take the post down yourself at ${new Date(end).toISOString()}`);
  if (publishedAtMillis === undefined && status === 'published') hide('unlisted', 'has no date');
  return { status, publishedAtMillis, notes };
}

type Hide = (to: PostStatus, why?: string) => void;

function judge(key: string, value: unknown, hide: Hide): void {
  switch (key) {
    case 'draft':
    case 'private':
    case 'headless':
    case 'unpublished':
      return hideUnless(NO, key, value, 'draft', hide);
    case 'hidden':
    case 'unlisted':
    case 'eleventyexcludefromcollections':
      return hideUnless(NO, key, value, 'unlisted', hide);
    case 'published':
    case 'public':
    case 'visible':
      // Some write the date here.
      return sourceTime(value) === undefined ? hideUnless(YES, key, value, 'draft', hide) : undefined;
    case 'password':
      return hide('draft', 'has a password');
    case 'status':
    case 'visibility':
    case 'post_status':
      return judgeWord(key, value, hide);
    case 'build':
    case '_build':
      return judgeBuild(key, value, hide);
    case 'render':
      return hideUnless(YES, key, value, 'draft', hide);
    default:
  }
}

/** A plain yes or no; the one that hides says so by itself, anything else is told. */
function hideUnless(
  harmless: ReadonlySet<string>,
  key: string,
  value: unknown,
  to: PostStatus,
  hide: Hide,
): void {
  const word = wordOf(value);
  if (harmless.has(word)) return;
  if (YES.has(word) || NO.has(word)) hide(to);
  else hide('draft', `${key}: ${shown(value)} is not understood`);
}

function judgeWord(key: string, value: unknown, hide: Hide): void {
  const word = wordOf(value);
  if (PUBLIC_WORDS.has(word)) return;
  if (UNLISTED_WORDS.has(word)) return hide('unlisted');
  if (HIDDEN_WORDS.has(word)) return hide('draft');
  hide('draft', `${key}: ${shown(value)} is not understood`);
}

/** Hugo's build options: https://gohugo.io/content-management/build-options/ */
function judgeBuild(key: string, value: unknown, hide: Hide): void {
  if (typeof value !== 'object' || value === null)
    return hide('draft', `${key}: ${shown(value)} is not understood`);
  const { list, render } = Object.fromEntries(
    Object.entries(value).map(([name, each]) => [name.toLowerCase(), wordOf(each)]),
  );
  if (render !== undefined && !['always', ...YES].includes(render)) hide('draft');
  if (list !== undefined && !['always', ...YES].includes(list)) hide('unlisted');
}

function timeAt(data: Data, key: string, hide: Hide): readonly number[] {
  const value = data[key];
  if (value === undefined || value === null || value === '') return [];
  const time = sourceTime(value);
  if (time !== undefined) return [time];
  hide('draft', `${key}: ${shown(value)} is not understood`);
  return [];
}

const wordOf = (value: unknown): string => (value === null ? '' : String(value).trim().toLowerCase());

function shown(value: unknown): string {
  return (JSON.stringify(value) ?? 'nothing').slice(0, 60);
}
