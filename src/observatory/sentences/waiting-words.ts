import { duration, text } from '../../markup/quantity.ts';
import type { Waiting } from '../facts/stall-waits.ts';
import type { Links } from '../links.ts';
import { plural, shortRoute, type SentencePart } from './sentence.ts';

/** `Up to 31 requests`; `No request`. When one that came meanwhile arrived is not known, nor which are the same if a stall does not list all. */
export function waitingCount({ requests, isAtMost, isToldApart }: Waiting): string {
  if (requests === 0) return 'No request';
  return `${isAtMost || !isToldApart ? 'Up to ' : ''}${plural(requests, 'request')}`;
}

/** ` had to wait, one of /archive for up to 6.9 s`. */
export function waitingWords({ worst, requests, isToldApart }: Waiting, links: Links): SentencePart[] {
  const why = isToldApart ? '' : ' (of each stall, the hundred that waited longest are told apart)';
  const had = { text: ` had to wait${why}` };
  if (worst === undefined) return [had];
  const { route, waitedMillis, isAtMost } = worst;
  return [
    had,
    { text: requests === 1 ? ', at ' : ', one at ' },
    { text: shortRoute(route), href: links.series('http', route) },
    { text: ` for ${isAtMost ? 'up to ' : ''}${text(duration(waitedMillis))}` },
  ];
}
