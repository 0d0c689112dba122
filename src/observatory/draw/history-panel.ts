import type { HistoryFacts, HistoryTraces } from '../../../otel/query.ts';
import { html, type Html } from '../../markup/html.ts';
import { panel } from '../charts/frame.ts';
import { shareBar } from '../charts/sparkline.ts';
import { moment } from '../format/moment.ts';
import { countText, figure, size, text } from '../../markup/quantity.ts';
import { plural } from '../sentences/sentence.ts';
import { factList } from './facts.ts';

type Row = readonly [Html | string, Html | string];

/** Traces on disk: each kind against its limit, and removals by cause. */
export function historyPanel(history: HistoryFacts | undefined, now: number): Html {
  if (history === undefined)
    return panel({
      title: 'On disk',
      body: html`<p class="quiet">
        There is no history file: evicted traces are gone, and a restart loses all.
      </p>`,
    });
  const { mustKeep, ordinary } = history.traces;
  return panel({
    title: 'On disk',
    note: 'traces; removals are counted since the file was created',
    body: factList([
      ...kindRows('failed, slow or late', mustKeep, now),
      ...kindRows('ordinary', ordinary, now),
      ['waiting to be written', countText(history.waiting)],
      ['evicted before they were written', countText(history.unsaved)],
      ...(history.unlisted === 0
        ? []
        : ([['from an older file, not listed yet', countText(history.unlisted)]] as const)),
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
      html`<span class="quiet">removed: aged out, over the limit</span>`,
      `${countText(expired)}, ${countText(dropped)}`,
    ],
  ];
}

/** Kept traces that a list cannot show; undefined if it shows all. */
export function missingFromLists(
  history: HistoryFacts | undefined,
  unsaved = history?.unsaved ?? 0,
): string | undefined {
  if (history === undefined) return undefined;
  const { unlisted } = history;
  const parts = [
    ...(unsaved > 0
      ? [
          `${plural(unsaved, 'trace')} ${unsaved === 1 ? 'was' : 'were'} evicted before ${unsaved === 1 ? 'it was' : 'they were'} written`,
        ]
      : []),
    ...(unlisted > 0
      ? [`${plural(unlisted, 'trace')} of an older file ${unlisted === 1 ? 'is' : 'are'} not listed yet`]
      : []),
  ];
  return parts.length === 0 ? undefined : `Not in this list: ${parts.join('; ')}.`;
}

/** The same for lists of failed and slow operations, which ignore lost ordinary traces. */
export function missingFromMustKeep(history: HistoryFacts | undefined): string | undefined {
  return missingFromLists(history, history?.traces.mustKeep.unsaved);
}
