import type { PostDraft } from '../posts/post.ts';
import type { RandomSource } from './random-source.ts';

const DAY_MILLIS = 86_400_000;

const SUBJECTS = [
  ['The write-ahead log', 'sqlite'],
  ['A connection pool of one', 'sqlite'],
  ['The slow query', 'performance'],
  ['Backpressure', 'streams'],
  ['A trace without a root', 'telemetry'],
  ['The event loop', 'node'],
  ['Percentiles', 'telemetry'],
  ['An index nobody used', 'sqlite'],
  ['Feeds', 'web'],
  ['The last byte', 'streams'],
  ['Tomatoes under glass', 'garden'],
  ['A cold frame', 'garden'],
] as const;
const TURNS = [
  'and what it was waiting for',
  'in three small steps',
  'seen from the other side',
  'after a year',
  'explained with a pencil',
  'when nobody is looking',
];
const SENTENCES = [
  'Nothing had been deployed, and yet the graph had moved.',
  'The plan was the same, and the index was there; what had changed was who else was in the house.',
  'I read the same line four times before I believed it.',
  'Small machines are honest: what they cannot do, they do slowly and in the open.',
  'A number without a unit is a rumour.',
  'We counted every request and kept one in ten, and the one we needed was among them.',
  'Glass keeps the warmth in and lets you see that it is there.',
  'The fix was one line; finding the line took the afternoon.',
  'It is faster to measure than to be right.',
  'The seedlings do not know about deadlines, which is why they are never late.',
];
const CODE = `\`\`\`ts
for (const row of statement.iterate(since)) {
  if (row.rank < cutoff) break; // the iterator is closed here, not later
  page.push(row);
}
\`\`\``;

/** Generates readable posts, newest first; the same random source gives the same posts. */
export function demoPosts(count: number, nowMillis: number, random: RandomSource): PostDraft[] {
  return Array.from({ length: count }, (_, i): PostDraft => {
    const [subject, tag] = random.pick(SUBJECTS);
    const paragraphs = Array.from({ length: random.between(2, 7) }, () =>
      Array.from({ length: random.between(2, 5) }, () => random.pick(SENTENCES)).join(' '),
    );
    if (random.chance(0.4)) paragraphs.splice(1, 0, CODE);
    if (random.chance(0.3)) paragraphs.splice(-1, 0, `> ${random.pick(SENTENCES)}`);
    return {
      title: `${subject} ${random.pick(TURNS)}, part ${i + 1}`,
      markdown: paragraphs.join('\n\n'),
      status: 'published',
      publishedAtMillis: nowMillis - Math.floor((i + random.next()) * 3 * DAY_MILLIS),
      tags: random.chance(0.5) ? [tag, 'notes'] : [tag],
    };
  });
}
