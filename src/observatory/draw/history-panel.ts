import type { HistoryFacts, HistoryTraces } from '../../../otel/query.ts';
import { html, type Html } from '../../markup/html.ts';
import { panel } from '../charts/frame.ts';
import { shareBar } from '../charts/sparkline.ts';
import { moment } from '../format/moment.ts';
import { countText, figure, size, text } from '../../markup/quantity.ts';
import { plural } from '../sentences/sentence.ts';
import { factList } from './facts.ts';

type Row = readonly [Html | string, Html | string];

/** What of traces is on disk, each kind against its bound, and what of it went and why. */
export function historyPanel(history: HistoryFacts | undefined, now: number): Html {
  if (history === undefined)
    return panel({
      title: 'On disk',
      body: html`<p class="quiet">
        No history file: what leaves memory is gone, and a restart forgets all.
      </p>`,
    });
  const { mustKeep, ordinary } = history.traces;
  return panel({
    title: 'On disk',
    note: 'traces; what went is counted since the file was begun',
    body: factList([
      ...kindRows('failed, slow or late', mustKeep, now),
      ...kindRows('ordinary', ordinary, now),
      ['waiting to be written', countText(history.waiting)],
      ['left memory before they were written', countText(history.unsaved)],
      ...(history.unlisted === 0
        ? []
        : ([['of an older file, in no list yet', countText(history.unlisted)]] as const)),
    ]),
  });
}

function kindRows(name: string, kind: HistoryTraces, now: number): readonly Row[] {
  const { traces, bytes, maxBytes, oldestMillis, newestMillis, expired, dropped } = kind;
  const held = html`${countText(traces)} <span class="unit">in</span> ${figure(size(bytes))}
    <span class="unit">of ${text(size(maxBytes))}</span>`;
  const extent: readonly Row[] =
    oldestMillis === undefined || newestMillis === undefined
      ? []
      : [
          [
            html`<span class="quiet">from, to</span>`,
            html`${moment(oldestMillis, now)}, ${moment(newestMillis, now)}`,
          ],
        ];
  return [
    [
      name,
      html`<span class="meter"
        >${shareBar('http', bytes / Math.max(1, maxBytes))} <span>${held}</span></span
      >`,
    ],
    ...extent,
    [
      html`<span class="quiet">went: aged out, over the bound</span>`,
      `${countText(expired)}, ${countText(dropped)}`,
    ],
  ];
}

/** What a list of traces cannot show although it was chosen; undefined when it shows all. */
export function missingFromLists(
  history: HistoryFacts | undefined,
  unsaved = history?.unsaved ?? 0,
): string | undefined {
  if (history === undefined) return undefined;
  const { unlisted } = history;
  const parts = [
    ...(unsaved > 0
      ? [`${plural(unsaved, 'trace')} left memory before ${unsaved === 1 ? 'it was' : 'they were'} written`]
      : []),
    ...(unlisted > 0
      ? [`${plural(unlisted, 'trace')} of an older file ${unlisted === 1 ? 'is' : 'are'} not listed yet`]
      : []),
  ];
  return parts.length === 0 ? undefined : `Not in this list: ${parts.join('; ')}.`;
}

/** The same of a list of what is always chosen: losing any number of ordinary traces takes nothing from it. */
export function missingFromMustKeep(history: HistoryFacts | undefined): string | undefined {
  return missingFromLists(history, history?.traces.mustKeep.unsaved);
}
