import { html, type Html } from '../../markup/html.ts';
import { countText, duration, text } from '../../markup/quantity.ts';
import { drawFlameGraph, flameTable } from '../charts/flame-graph.ts';
import { panel } from '../charts/frame.ts';
import type { MergedTime } from '../facts/merged-time.ts';
import type { OverRepresentation } from '../facts/over-represented.ts';
import type { PageView } from '../page.ts';
import { plural } from '../sentences/sentence.ts';
import { missingWords } from './over-panel.ts';

/** One flame graph of all kept traces; undefined if none is held. */
export function mergedFlamePanel(
  time: MergedTime,
  over: OverRepresentation | undefined,
  view: PageView,
): Html | undefined {
  if (time.traces === 0) return undefined;
  const { graph } = time;
  const table = flameTable(graph);
  return panel({
    title: html`Flame graph of the route <span class="unit">of its kept traces</span>`,
    note: tracesText(time),
    body: drawFlameGraph(graph, {
      selected: undefined,
      hrefOf: ({ traceId, spanId }) => view.links.trace(traceId, spanId),
    }),
    table: { ...table, columns: ['frame', 'depth', 'runs per request', 'total', 'self', 'share'] },
    foot: html`<span>${basis(time, over && missingWords(over, view.now))}</span>`,
  });
}

/** `12 kept traces of 40`. */
export function tracesText({ traces, kept }: MergedTime): string {
  return traces < kept
    ? `${plural(traces, 'kept trace')} of ${countText(kept)}`
    : plural(traces, 'kept trace');
}

/** The one mean of the page, and what the traces alone would say. */
function meanText({ meanMillis, countedMeanMillis, isWeighted }: MergedTime): string {
  if (countedMeanMillis === undefined) return '';
  const [counted, kept] = [countedMeanMillis, meanMillis].map((millis) => text(duration(millis)));
  const alone = `; the kept traces alone ${isWeighted ? 'by these weights ' : ''}have ${kept}`;
  return ` Shares are theirs, times are of the counted mean of ${counted}${counted === kept ? '' : alone}.`;
}

function basis(time: MergedTime, missing = ''): string {
  const { isWeighted, unweighted } = time;
  const weights = isWeighted
    ? 'Each trace counts for the requests it stands for.'
    : 'Kept by an older version without weights, so each trace counts once, and slow ones count too much.';
  const left =
    isWeighted && unweighted > 0
      ? ` ${plural(unweighted, 'trace')} of unknown weight ${unweighted === 1 ? 'is' : 'are'} left out.`
      : '';
  return `${weights}${left}${meanText(time)}${missing === '' ? '' : ` ${missing}`} Width: self time plus callees. A frame opens the trace in which it took about the median.`;
}
