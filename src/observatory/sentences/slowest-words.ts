import { duration, share, text, threeDigits } from '../../markup/quantity.ts';
import {
  type OtherRoute,
  type SlowestRoute,
  type SlowOthers,
  type SlowPart,
} from '../facts/slowest-route.ts';
import { shortened } from '../format/shortened.ts';
import type { Links } from '../links.ts';
import { plural, shortRoute, type Sentence, type SentencePart } from './sentence.ts';

/** From so many runs per request on, their number is told. */
const REPEATED = 5;
const MAX_NAME = 80;

/** `Slowest per request is /search: half of its 240 requests took 812 ms or more, 91 % of that in SELECT posts (the trace of one).` */
export function slowestWords(slowest: SlowestRoute, links: Links): Sentence {
  const { name, count, medianMillis, parts, place, example } = slowest;
  const [largest] = parts;
  return [
    { text: 'Slowest per request', href: links.to('/routes', { sort: 'p50_ms' }) },
    { text: ' is ' },
    { text: shortRoute(name), href: links.series('http', name) },
    {
      text: `: ${halfText(count, medianMillis)}`,
    },
    ...(largest === undefined || example === undefined
      ? [{ text: '; no such request is kept, so that the reason is not known. ' }]
      : [
          ...reason(largest, place, links),
          { text: ' (' },
          { text: 'the trace of one', href: links.trace(example.traceId, example.spanId) },
          { text: '). ' },
        ]),
  ];
}

/** `half of its 240 requests took 812 ms or more`. */
export function halfText(count: number, medianMillis: number): string {
  return `half of its ${plural(count, 'request')} took ${text(duration(medianMillis))} or more`;
}

/**
 * `/import may be slower: half of its 9 requests took 6.33 s or more, but they vary. /search has a longer tail: one in twenty of its 300 requests took longer than 3.1 s. Of the owner's, /admin/sign-in is slower: half of its 7 requests took 600 ms or more. `
 */
export function otherWords(
  { few, tail, own }: SlowOthers,
  slowest: Pick<SlowestRoute, 'name'> | undefined,
  links: Links,
): Sentence {
  return [
    ...(few === undefined ? [] : fewWords(few, slowest, links)),
    ...(tail === undefined
      ? []
      : [
          linkTo(tail, links),
          {
            text: ` has a longer tail: one in twenty of its ${plural(tail.count, 'request')} took longer than ${text(duration(tail.p95Millis))}. `,
          },
        ]),
    ...(own === undefined
      ? []
      : [
          { text: 'Of the owner’s, ' },
          linkTo(own, links),
          { text: ` is slower: ${halfText(own.count, own.medianMillis)}. ` },
        ]),
  ];
}

function fewWords(few: OtherRoute, slowest: Pick<SlowestRoute, 'name'> | undefined, links: Links): Sentence {
  const { count, medianMillis, longestMillis } = few;
  if (slowest === undefined)
    return [
      { text: `The longest took ${text(duration(longestMillis))}, at ` },
      linkTo(few, links),
      { text: '. ' },
    ];
  return [
    linkTo(few, links),
    {
      text: ` may be slower: half of its ${plural(count, 'request')} took ${text(duration(medianMillis))} or more, but they vary. `,
    },
  ];
}

function linkTo({ name }: OtherRoute, links: Links): SentencePart {
  return { text: shortRoute(name), href: links.series('http', name) };
}

function reason(
  { kind, share: part, operation }: SlowPart,
  place: string | undefined,
  links: Links,
): Sentence {
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
      return [
        { ...before, text: `${before.text}its own time, in no statement or rendering` },
        ...(place === undefined ? [] : [{ text: `, most of it in ${shortened(place, MAX_NAME)}` }]),
      ];
  }
}
