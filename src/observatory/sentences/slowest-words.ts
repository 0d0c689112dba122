import { duration, share, text, threeDigits } from '../../markup/quantity.ts';
import type { SlowButFew, SlowestRoute, SlowPart } from '../facts/slowest-route.ts';
import { shortened } from '../format/shortened.ts';
import type { Links } from '../links.ts';
import { plural, shortRoute, type Sentence, type SentencePart } from './sentence.ts';

/** From so many runs per request on, their number is told. */
const REPEATED = 5;
const MAX_NAME = 80;

/** `Slowest per request is /search: one in twenty of its 240 requests took longer than 812 ms, 91 % of that in SELECT posts (the trace of one).` */
export function slowestWords(slowest: SlowestRoute, links: Links): Sentence {
  const { name, count, p95Millis, parts, example } = slowest;
  const [largest] = parts;
  return [
    { text: 'Slowest per request', href: links.to('/routes', { sort: 'p95_ms' }) },
    { text: ' is ' },
    { text: shortRoute(name), href: links.series('http', name) },
    {
      text: `: ${longerText(count, p95Millis)}`,
    },
    ...(largest === undefined || example === undefined
      ? [{ text: '; no such request is kept, so that the reason is not known. ' }]
      : [
          ...reason(largest, links),
          { text: ' (' },
          { text: 'the trace of one', href: links.trace(example.traceId, example.spanId) },
          { text: '). ' },
        ]),
  ];
}

/** `one in twenty of its 240 requests took longer than 812 ms`; of fewer than twenty, the longest. */
export function longerText(count: number, p95Millis: number): string {
  const millis = text(duration(p95Millis));
  const its = `its ${plural(count, 'request')}`;
  return count < 20 ? `${its} took up to ${millis}` : `one in twenty of ${its} took longer than ${millis}`;
}

/** `/import is slower, but with only 3 requests: up to 6.33 s. ` */
export function fewWords(
  { name, count, longestMillis }: SlowButFew,
  slowest: Pick<SlowestRoute, 'name'> | undefined,
  links: Links,
): Sentence {
  const longest = text(duration(longestMillis));
  const link = { text: shortRoute(name), href: links.series('http', name) };
  return slowest === undefined
    ? [{ text: 'The longest took ' }, { text: `${longest}, at ` }, link, { text: '. ' }]
    : [link, { text: ` is slower, but had only ${plural(count, 'request')}, of up to ${longest}. ` }];
}

function reason({ kind, share: part, operation }: SlowPart, links: Links): Sentence {
  const before: SentencePart = { text: `, ${text(share(part))} of that ` };
  if (operation !== undefined)
    return [
      { ...before, text: `${before.text}in ` },
      {
        text: shortened(operation.name, MAX_NAME),
        href: links.series(operation.type, operation.series),
        tone: operation.type,
      },
      ...(operation.perRequest >= REPEATED
        ? [{ text: `, ${threeDigits(operation.perRequest)} times in each` }]
        : []),
    ];
  switch (kind) {
    case 'waiting':
      return [
        { ...before, text: `${before.text}waiting for the ` },
        { text: 'event loop', href: links.to('/stalls') },
      ];
    case 'sending':
      return [{ ...before, text: `${before.text}sending what follows the first byte` }];
    default:
      return [{ ...before, text: `${before.text}its own time, in no statement or rendering` }];
  }
}
