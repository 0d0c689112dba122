import type { DelayedRequest, MissingTrace, Stall, StallFrame } from '../../../otel/query.ts';
import { html, type Html, type HtmlValue } from '../../markup/html.ts';
import { countText, duration, text } from '../../markup/quantity.ts';
import type { BlockedTurn } from '../facts/blocked-turns.ts';
import {
  isCovered,
  isHolderKnown,
  isOfStart,
  OTHER_PROGRAMS,
  sinceStartMillis,
  stallPlace,
  wasRun,
} from '../facts/stall-place.ts';
import { type WaitingRoute, whoWaited } from '../facts/stall-waits.ts';
import { untracedOf, untracedWords } from '../facts/untraced-work.ts';
import { moment } from '../format/moment.ts';
import { shortened } from '../format/shortened.ts';
import { holderName } from '../format/shown-name.ts';
import type { PageView } from '../page.ts';
import { drawPart, plural, shortRoute } from '../sentences/sentence.ts';
import { goingOn } from '../sentences/stall-sentence.ts';
import { waitingCount, waitingWords } from '../sentences/waiting-words.ts';
import { breakable, shareText } from './facts.ts';
import { COMPILING, manyWords, operationCell } from './stall-tables.ts';

/** Of each stall. */
export const MAX_SHOWN_DELAYED = 20;
const MAX_ROUTES = 5;
const MAX_NAME = 120;

/** Traces that cannot be opened, and why. */
export type MissingTraces = ReadonlyMap<string, MissingTrace['reason']>;

/** A time in which the loop was blocked; of several stalls in a row, all of them. */
export function turnItem(turn: BlockedTurn, missing: MissingTraces, view: PageView): Html {
  const { parts, millis, fromMillis, longest } = turn;
  if (parts.length === 1) return stallItem(longest, missing, view);
  const waiting = whoWaited(parts);
  return html`<div class="stall-row" data-key="row-${stallKey(parts[0] ?? longest)}">
    <p>
      from ${moment(fromMillis, view.now)}, ${text(duration(millis))} by ${countText(parts.length)} in a row:
      ${waitingCount(waiting).replace(/^[NU]/, (letter) => letter.toLowerCase())}${waitingWords(waiting, view.links).map(drawPart)}
    </p>
    ${parts.map((stall) => stallItem(stall, missing, view))}
  </div>`;
}

/** One stall: what blocked, its callers, and the requests that waited. */
function stallItem(stall: Stall, missing: MissingTraces, view: PageView): Html {
  const { links, now } = view;
  const { holder, callers, delayedCount, durationMillis } = stall;
  const untraced = untracedWords(untracedOf(stall));
  const isKnown = isHolderKnown(stall);
  return html`<details class="stall" data-key="${stallKey(stall)}">
    <summary>
      from ${moment(stall.atMillis - durationMillis, now)}, ${text(duration(durationMillis))}:
      <bdi class="wrap">${placeWords(stall)}</bdi>, ${plural(delayedCount, 'request')} delayed
    </summary>
    <p class="note">
      ${sampleWords(stall)}
      ${untraced !== undefined && `${isKnown ? 'It ran for' : 'Meanwhile there was'} ${untraced}.`}
      ${untraced === undefined && stall.heldBy !== undefined && `It ran for ${manyWords(stall.heldBy)}; none of them took most of it.`}
      ${holder !== undefined && html` ${holderWords(stall)}: ${operationCell(holder, view)}${holder.route !== undefined && holder.type !== 'http' && html` of <a href="${links.series('http', holder.route)}">${shortRoute(holder.route)}</a>`}, ${traceLink('its trace', holder, missing, view)}.`}
    </p>
    ${
      callers.length > 0 &&
      html`<p class="note">Called by</p>
        <ol>
          ${callers.map(frameItem)}
        </ol>`
    }
    ${delayedCount > 0 && delayedList(stall, missing, view)}
  </details>`;
}

/** A statement without a sample has no function, but a name; without both, what was going on is not its cause. */
function placeWords(stall: Stall): HtmlValue {
  const { place, holder } = stall;
  const during = goingOn(stall);
  if (!isHolderKnown(stall) && !isOfStart(stall))
    return `${place === undefined ? 'no sample' : OTHER_PROGRAMS}${during === undefined ? '' : `, during ${during}`}`;
  const name =
    place === undefined && holder !== undefined && isCovered(stall) ? holderName(holder) : stallPlace(stall);
  return html`<code>${breakable(shortened(name, MAX_NAME))}</code>`;
}

function traceLink(
  words: HtmlValue,
  { traceId, spanId }: Pick<DelayedRequest, 'traceId' | 'spanId'>,
  missing: MissingTraces,
  { links }: PageView,
): Html {
  const why = missing.get(traceId);
  if (why === undefined) return html`<a href="${links.trace(traceId, spanId)}">${words}</a>`;
  return html`${words} <span class="quiet">(${MISSING[why]})</span>`;
}

const MISSING: Readonly<Record<MissingTrace['reason'], string>> = {
  'never-kept': 'not kept',
  evicted: 'no longer held',
  running: 'still running',
  unknown: 'not held',
};

function delayedList(stall: Stall, missing: MissingTraces, view: PageView): Html {
  const { delayed, delayedCount } = stall;
  const { routes } = whoWaited([stall]);
  const shown = delayed.slice(0, MAX_SHOWN_DELAYED);
  // Those that cannot be opened differ in nothing but their number.
  const alike = Map.groupBy(shown, (request) =>
    missing.has(request.traceId) ? `${missing.get(request.traceId)} ${wordsOf(request)}` : request.traceId,
  );
  return html`<p class="note">
      Delayed by it, not its cause${routes.length > 1 && `: ${routesText(routes)}`}
    </p>
    <ul>
      ${[...alike.values()].map((requests) => delayedItem(requests, missing, view))}
    </ul>
    ${delayedCount > MAX_SHOWN_DELAYED && html`<p class="note">And ${countText(delayedCount - MAX_SHOWN_DELAYED)} more.</p>`}`;
}

/** @param requests Those that waited longest come first. */
function delayedItem(
  requests: readonly DelayedRequest[],
  missing: MissingTraces,
  view: PageView,
): Html | undefined {
  const [worst] = requests;
  if (worst === undefined) return undefined;
  return html`<li>
    ${traceLink(html`<bdi>${wordsOf(worst)}</bdi>`, worst, missing, view)}${requests.length > 1 && `, ${plural(requests.length, 'request')},`}
    ${waitedWords(worst, requests.length)}
  </li>`;
}

const wordsOf = ({ path, route }: DelayedRequest): string => shortened(path === '' ? route : path, MAX_NAME);

/** `11 at /archive, 10 at /search`. */
function routesText(routes: readonly WaitingRoute[]): string {
  const more = routes.length - MAX_ROUTES;
  return [
    ...routes
      .slice(0, MAX_ROUTES)
      .map(({ route, requests }) => `${countText(requests)} at ${shortRoute(route)}`),
    ...(more > 0 ? [plural(more, 'other route')] : []),
  ].join(', ');
}

function waitedWords({ waitedMillis, within, wasRunning }: DelayedRequest, requests: number): string {
  const isExact = requests === 1 && wasRunning && within !== undefined;
  return `waited ${isExact ? '' : 'up to '}${text(duration(waitedMillis))}`;
}

function frameItem({ name, location, line }: StallFrame): Html {
  return html`<li>
    <bdi><code>${shortened(name, MAX_NAME)}</code></bdi>
    ${location !== undefined && html`<bdi class="wrap">${breakable(location)}</bdi>`}
    ${line !== undefined && html`<span class="note">from line ${line}</span>`}
  </li>`;
}

function holderWords(stall: Stall): string {
  if (wasRun(stall)) return 'Running';
  if (isCovered(stall)) return 'Most of it was within';
  return isOfStart(stall) ? 'At that time, too' : 'At that time, not known to be its cause';
}

function sampleWords(stall: Stall): string {
  const { place, placeShare, sampledShare } = stall;
  if (isOfStart(stall)) {
    const cause = isCovered(stall) ? '' : ` Whether that made it, or a request, is not known.`;
    return `It began ${text(duration(sinceStartMillis(stall)))} after the process, before the thread that samples ran; ${COMPILING}.${cause}`;
  }
  if (place === undefined)
    return 'Nothing was sampled meanwhile: the thread that samples was not running, or the system did not run this process.';
  if (!wasRun(stall)) {
    const seen = isCovered(stall) ? '' : ` It was last seen in ${place.name} ${place.location ?? ''}.`;
    return `Only ${shareText(sampledShare)} of the samples that were due could be taken: for most of the time the system ran ${OTHER_PROGRAMS}.${seen}`;
  }
  const { line } = place;
  return `${shareText(placeShare)} of the samples${line === undefined ? '' : `, more in line ${line} than in any other`}.`;
}

export function stallKey({ atMillis, processStartedAtMillis }: Stall): string {
  return `stall-${Math.round(processStartedAtMillis)}-${Math.round(atMillis)}`;
}
