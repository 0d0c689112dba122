import { html, type Html, type HtmlValue } from '../../markup/html.ts';
import { countText, figure, rate } from '../../markup/quantity.ts';
import { panel } from '../charts/frame.ts';
import {
  type ComparedSeries,
  type ComparedSide,
  type Difference,
  QUANTILES,
} from '../facts/compared-series.ts';
import { certainty } from '../facts/uncertain-differences.ts';
import type { PageView } from '../page.ts';
import { durationOf, failedOf, ratioCell } from './compared-columns.ts';
import { versionsText } from '../format/versions-text.ts';
import type { SidesVersions } from '../facts/version-runs.ts';
import { badge } from './facts.ts';
import { drawTable, type Column } from './table.ts';

interface Measure {
  readonly label: string;
  readonly difference: Difference;
  readonly before: HtmlValue;
  readonly after: HtmlValue;
  readonly change: HtmlValue;
}

/** One operation before and after. */
export interface ComparedPair {
  /** Completes "Compared with …". */
  readonly words: string;
  readonly row: ComparedSeries;
  readonly versions: SidesVersions;
  /** Judged without all other operations, so that its intervals are narrower than those of Changes. */
  readonly isAlone: boolean;
}

/** One operation, in the range and in the time before it. */
export function comparedPanel({ row, words, versions, isAlone }: ComparedPair, view: PageView): Html {
  const measures = measuresOf(row);
  const columns: readonly Column<Measure>[] = [
    { label: 'measure', cell: ({ label }) => label },
    { label: sideLabel('before', versions), align: 'number', cell: ({ before }) => before },
    { label: sideLabel('after', versions), align: 'number', cell: ({ after }) => after },
    { label: 'times', align: 'number', room: 'mid', cell: ({ change }) => change },
    {
      label: 'beyond chance',
      cell: ({ difference }) => {
        const words = certainty(row, difference);
        if (words === 'differs') return badge(words, 'slow');
        return words === 'no' ? html`<span class="zero">no</span>` : badge(words, 'quiet');
      },
    },
  ];
  return panel({
    title: `Compared with ${words}`,
    note: html`<a href="${view.links.to('/changes')}">all changes</a>`,
    foot: html`<span
      >beyond chance: the interval leaves out
      ×1${isAlone && '; Changes judges all operations together, so that its intervals are wider'}${measures.some(({ difference }) => certainty(row, difference) === 'perhaps') && '. Perhaps: at least twice as long or half, or failures where there were none, but too seldom to tell from chance'}</span
    >`,
    body: drawTable(measures, columns, {
      caption: 'Before and after',
      keyOf: ({ label }) => label,
      view,
      still: true,
      empty: '',
    }),
  });
}

/** `after, version 0.2.0`. */
function sideLabel(side: 'before' | 'after', versions: SidesVersions): string {
  const words = versionsText(versions[side]);
  return words === '' ? side : `${side}, ${words}`;
}

function measuresOf(row: ComparedSeries): readonly Measure[] {
  const { type, before, after, rate: ratio } = row;
  const both = (
    label: string,
    difference: Difference,
    cell: (side: ComparedSide) => HtmlValue,
    change: HtmlValue = '',
  ): Measure => ({ label, difference, before: cell(before), after: cell(after), change });
  return [
    both(
      'rate',
      'rate',
      ({ perSecond }) => figure(rate(perSecond, 1)),
      ratio === undefined ? '' : ratioCell(ratio),
    ),
    both('failed', 'failed', failedOf),
    ...(type === 'http' ? [both('4xx', 'client errors', ({ clientErrors }) => countText(clientErrors))] : []),
    ...QUANTILES.toReversed().map((each) =>
      both(each, each, (side) => durationOf(side, side.durationMillis[each]), ratioCell(row[each])),
    ),
  ];
}
