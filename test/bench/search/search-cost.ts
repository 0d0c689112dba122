import { RandomSource } from '../../../src/demo/random-source.ts';
import type { Gate } from '../gates.ts';
import { type Interval, meanInterval, ratioInterval } from '../interval.ts';
import { ServerProcess } from '../server-process.ts';
import { threadMicros } from '../thread-micros.ts';
import type { Variant } from '../variants.ts';
import { chineseLetter, englishWord, RARE_LETTERS, RARE_WORD, SearchBlog } from './search-blog.ts';

const SIZES = [1000, 100_000] as const;
/** Of two letters, so that the last one is no beginning. */
const WORDS = [1, 2, 3, 4, 5, 6].map(englishWord);
const QUERIES: Readonly<Record<string, string>> = {
  'a common word': WORDS[0]!,
  'three common words': WORDS.slice(0, 3).join(' '),
  'six common words': WORDS.join(' '),
  'a phrase of common words': `"${WORDS[0]} ${WORDS[1]}"`,
  'a rare word': RARE_WORD,
  'a common beginning': englishWord(16).slice(0, 3),
  'a common beginning of four letters': englishWord(16).slice(0, 4),
  'a common beginning of five letters': englishWord(24).slice(0, 5),
  'a Chinese word': chineseLetter(1) + chineseLetter(2),
  'a Chinese letter': chineseLetter(1),
  'a rare Chinese word': RARE_LETTERS.slice(1, 3),
  nothing: 'nothingtobefoundhere',
};
const MAX_P95_MILLIS = 50;
/** Of the thread of searches: half of it, as other threads need time, too. Other programs do not move it much. */
const MAX_CPU_MILLIS = 25;
/** Of half of the front pages, beside searches. */
const MAX_MOVED = 1.1;
/** Of one front page in twenty: it may wait while the main thread draws a page of results, which takes longer than a page from the cache. */
const MAX_MOVED_MILLIS = 1;
const AT_ONCE = 4;
const SEARCHES = 100;
const FRONT_PAGES = 4000;
const WARM_UPS = 3;
const VARIANT: Omit<Variant, 'key'> = { label: 'as it is by default', env: {} };

/** Of a round, milliseconds. */
interface Percentiles {
  readonly p50: number;
  readonly p95: number;
}

export interface SearchTurn {
  readonly posts: number;
  readonly query: string;
  readonly times: Percentiles;
  /** CPU time of the thread of searches, milliseconds per search. */
  readonly cpu: number;
}

export interface SearchCost {
  readonly turns: readonly SearchTurn[];
  /** Of the largest blog: the front page alone, and beside four searches at once. */
  readonly front: readonly { readonly alone: Percentiles; readonly beside: Percentiles }[];
}

/** What searches take, one by one, and what they do to the front page. */
export async function measureSearchCost(rounds: number, seed: number): Promise<SearchCost> {
  const turns: SearchTurn[] = [];
  const front: { alone: Percentiles; beside: Percentiles }[] = [];
  for (const posts of SIZES) {
    console.error(`search, ${posts} posts …`);
    const blog = new SearchBlog(posts, new RandomSource(seed));
    const server = await ServerProcess.start(VARIANT, blog.folder);
    try {
      for (let round = 0; round < rounds; round++) {
        for (const [query, text] of Object.entries(QUERIES)) {
          await timesOf(server, searchOf(text), WARM_UPS);
          const before = threadMicros(server.pid, ['search']);
          const times = await timesOf(server, searchOf(text), SEARCHES);
          const cpu = (threadMicros(server.pid, ['search']) - before) / 1000 / SEARCHES;
          turns.push({ posts, query, times, cpu });
        }
        if (posts === Math.max(...SIZES)) front.push(await frontBeside(server, round));
      }
    } finally {
      await server.stop();
      blog.remove();
    }
  }
  return { turns, front };
}

/** Which of both is first changes with the round. */
async function frontBeside(
  server: ServerProcess,
  round: number,
): Promise<{ alone: Percentiles; beside: Percentiles }> {
  await timesOf(server, '/', WARM_UPS);
  const alone = (): Promise<Percentiles> => timesOf(server, '/', FRONT_PAGES);
  if (round % 2 === 0) return { alone: await alone(), beside: await besideSearches(server) };
  const beside = await besideSearches(server);
  return { alone: await alone(), beside };
}

async function besideSearches(server: ServerProcess): Promise<Percentiles> {
  const over = new AbortController();
  const search = async (): Promise<void> => {
    while (!over.signal.aborted) await server.client.get({ path: searchOf(QUERIES['a common beginning']!) });
  };
  const searches = Array.from({ length: AT_ONCE }, search);
  const times = await timesOf(server, '/', FRONT_PAGES);
  over.abort();
  await Promise.all(searches);
  return times;
}

async function timesOf({ client }: ServerProcess, path: string, requests: number): Promise<Percentiles> {
  const millis: number[] = [];
  for (let i = 0; i < requests; i++) {
    const begun = performance.now();
    await client.get({ path });
    millis.push(performance.now() - begun);
  }
  millis.sort((a, b) => a - b);
  return { p50: millis[requests >> 1]!, p95: millis[Math.floor(requests * 0.95)]! };
}

function searchOf(text: string): string {
  return `/search?q=${encodeURIComponent(text)}`;
}

/** A row per query: medians of rounds. */
export function searchRows({ turns, front }: SearchCost): readonly (readonly string[])[] {
  const of = (posts: number, query: string, what: keyof Percentiles | 'cpu'): string =>
    shown(meanInterval(valuesOf(turns, posts, query, what)));
  const frontRow = (key: 'alone' | 'beside'): string[] =>
    (['p50', 'p95'] as const).map((what) => shown(meanInterval(front.map((round) => round[key][what]))));
  return [
    ['a search, ms', ...SIZES.flatMap((posts) => [`p50, ${posts} posts`, `p95`, `CPU`])],
    ...Object.keys(QUERIES).map((query) => [
      query,
      ...SIZES.flatMap((posts) => [
        of(posts, query, 'p50'),
        of(posts, query, 'p95'),
        of(posts, query, 'cpu'),
      ]),
    ]),
    ['front page alone', '', '', '', ...frontRow('alone'), ''],
    [`front page beside ${AT_ONCE} searches at once`, '', '', '', ...frontRow('beside'), ''],
  ];
}

export function searchGates({ turns, front }: SearchCost): readonly Gate[] {
  return [
    ...Object.keys(QUERIES).map((query) => ({
      what: `search for ${query}, 100,000 posts, p95, ms`,
      measured: meanInterval(valuesOf(turns, 100_000, query, 'p95')),
      atMost: MAX_P95_MILLIS,
    })),
    ...Object.keys(QUERIES).map((query) => ({
      what: `search for ${query}, 100,000 posts, CPU of its thread, ms`,
      measured: meanInterval(valuesOf(turns, 100_000, query, 'cpu')),
      atMost: MAX_CPU_MILLIS,
    })),
    {
      what: `front page beside ${AT_ONCE} searches at once / alone, p50`,
      measured: ratioInterval(
        front.map(({ beside }) => beside.p50),
        front.map(({ alone }) => alone.p50),
      ),
      atMost: MAX_MOVED,
    },
    {
      what: `front page beside ${AT_ONCE} searches at once - alone, p95, ms`,
      measured: meanInterval(front.map(({ alone, beside }) => beside.p95 - alone.p95)),
      atMost: MAX_MOVED_MILLIS,
    },
  ];
}

function valuesOf(
  turns: readonly SearchTurn[],
  posts: number,
  query: string,
  what: keyof Percentiles | 'cpu',
): readonly number[] {
  const found = turns.filter((turn) => turn.posts === posts && turn.query === query);
  return found.map(({ times, cpu }) => (what === 'cpu' ? cpu : times[what]));
}

function shown({ value }: Interval): string {
  return value.toFixed(2);
}
