import type { OwnCost } from '../../../otel/query.ts';
import { html, type Html, type HtmlValue } from '../../markup/html.ts';
import { duration, figure, share, size, text } from '../../markup/quantity.ts';
import { panel } from '../charts/frame.ts';
import type { OwnStalls } from '../facts/own-stalls.ts';
import { COST_ID, ownViewShare } from '../facts/own-views.ts';
import type { Links } from '../links.ts';
import type { PageView } from '../page.ts';
import { plural } from '../sentences/sentence.ts';
import { factList } from './facts.ts';
import { OWN_VIEWS } from './stall-tables.ts';

/** What telemetry and its pages cost. */
export interface CostFacts {
  readonly ownCost: OwnCost;
  /** CPU time that these pages took since the start. */
  readonly ownViewNanos: number;
  readonly uptimeSeconds: number;
  /** Of the range; undefined if stalls are not recorded. */
  readonly ownStalls: OwnStalls | undefined;
}

const EARLY_WORDS = 'It is too early to say what telemetry costs: two minutes and 200 operations are needed.';

export function costWords({ isEarly, coreShare, cpuShare, nanosPerSpan }: OwnCost): string {
  return isEarly
    ? EARLY_WORDS
    : `Telemetry takes about ${text(share(coreShare))} of a core, ${text(share(cpuShare))} of the process's CPU time, ${text(duration(nanosPerSpan / 1e6))} per span.`;
}

function measuredCost(
  ownCost: OwnCost,
  spans: number,
  requests: number,
): readonly (readonly [string, HtmlValue])[] {
  return [
    ['time per span', figure(duration(ownCost.nanosPerSpan / 1e6))],
    [
      'time per request',
      requests === 0 ? '–' : figure(duration((ownCost.nanosPerSpan * spans) / requests / 1e6)),
    ],
    ['share of a core', figure(share(ownCost.coreShare))],
    ['share of the process’s CPU time', figure(share(ownCost.cpuShare))],
    ['… creating spans, during requests', figure(share(ownCost.shares.making))],
    ['… counting, deciding, storing', figure(share(ownCost.shares.handling))],
    ['… timers: history file, samples, counters', figure(share(ownCost.shares.background))],
    ['… garbage collection, compilation, caches', figure(share(ownCost.shares.unseen))],
  ];
}

/** While somebody looks, these pages may hold the event loop, and requests wait for them. */
function heldLine(
  { count, totalMillis, delayed }: OwnStalls,
  words: string,
  links: Links,
): readonly [string, HtmlValue] {
  return [
    `… holding the event loop ${words}`,
    count === 0
      ? 'never'
      : html`<a href="${links.to('/stalls', { [OWN_VIEWS.name]: OWN_VIEWS.each })}"
          >${plural(count, 'time')}, ${text(duration(totalMillis))} in all; ${plural(delayed, 'request')}
          waited</a
        >`,
  ];
}

export function costPanel(
  { ownCost, ownViewNanos, uptimeSeconds, ownStalls: held }: CostFacts,
  spans: number,
  requests: number,
  { links, range }: PageView,
): Html {
  return panel({
    title: html`<span id="${COST_ID}">Cost of telemetry</span>`,
    note: ownCost.isEarly
      ? EARLY_WORDS
      : 'CPU time since the start; garbage collection, compilation and cache misses are estimated by a measured factor',
    body: factList([
      ...(ownCost.isEarly ? [] : measuredCost(ownCost, spans, requests)),
      ['these pages, not in it: CPU time since the start', figure(duration(ownViewNanos / 1e6))],
      ['… share of a core since the start', figure(share(ownViewShare(ownViewNanos, uptimeSeconds)))],
      ...(held === undefined ? [] : [heldLine(held, range.words, links)]),
      ['held in memory', figure(size(ownCost.bytesHeld))],
      ['history file', figure(size(ownCost.historyFileBytes))],
    ]),
  });
}
