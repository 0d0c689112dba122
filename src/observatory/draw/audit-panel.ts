import type { AuditedSeries, AuditFacts } from '../../../otel/query.ts';
import { html, type Html } from '../../markup/html.ts';
import { panel } from '../charts/frame.ts';
import { countText } from '../../markup/quantity.ts';
import { shortened } from '../format/shortened.ts';
import type { PageView } from '../page.ts';
import { TYPE_WORDS } from '../format/type-words.ts';
import { booksWords } from '../sentences/books-sentence.ts';
import { badge, seriesName } from './facts.ts';
import { drawTable, type Column } from './table.ts';

const SHOWN_ROWS = 12;

const JUDGEMENTS: Readonly<Record<AuditedSeries['judgement'], Html>> = {
  'too few': html`<span class="quiet-text">too few to judge yet</span>`,
  fine: html`within random variation`,
  biased: badge('beyond chance', 'failed'),
  missing: badge('kept operations missing', 'failed'),
};

/** The sampling audit by series: estimates from kept operations against exact counts. */
export function auditPanel(audit: AuditFacts, view: PageView): Html {
  const columns: readonly Column<AuditedSeries>[] = [
    {
      label: 'operations',
      cell: ({ type, series, deviation }) =>
        html`<span class="swatch type-${type}"></span
          >${series === undefined ? html`${TYPE_WORDS[type]}, ${deviation === 0 ? 'kept for certain' : 'decided by chance'}` : seriesName(shortened(series, 80), view.links.series(type, series))}`,
    },
    { label: 'counted', align: 'number', cell: ({ counted }) => countText(counted) },
    {
      label: 'estimated',
      align: 'number',
      cell: ({ adjusted, deviation }) =>
        html`${countText(adjusted)} <span class="unit">± ${countText(deviation)}</span>`,
    },
    { label: 'difference', align: 'number', cell: ({ counted, adjusted }) => signed(adjusted - counted) },
    {
      label: 'by chance up to',
      align: 'number',
      room: 'wide',
      cell: ({ bound, deviation }) => (bound === undefined ? '–' : countText(bound * deviation)),
    },
    { label: 'result', room: 'mid', cell: ({ judgement }) => JUDGEMENTS[judgement] },
  ];
  const listed = new Set(audit.rows.map(keyOf));
  const rows = [...audit.alarms.filter((row) => !listed.has(keyOf(row))), ...audit.rows].slice(0, SHOWN_ROWS);
  return panel({
    title: 'Audit',
    note: 'whether the kept operations, each with the number it stands for (its weight), add up to what was counted; since the start of this process. ± is how far chance alone takes an estimate off, usually: one standard deviation',
    body: html`<p>${booksWords(audit)}</p>
      ${
        rows.length > 0 &&
        drawTable(rows, columns, {
          caption: 'Counted operations, and the sum of the weights of kept ones',
          keyOf,
          view,
          still: true,
          empty: '',
        })
      }`,
    foot: html`<span>${leftOutWords(audit)}</span>`,
  });
}

function keyOf({ type, series, over, deviation }: AuditedSeries): string {
  return `audit-${over}-${deviation === 0 ? 'certain' : 'sampled'}-${type}-${series ?? ''}`;
}

function signed(difference: number): string {
  const size = countText(Math.abs(difference));
  return size === '0' ? size : `${difference < 0 ? '−' : '+'}${size}`;
}

function leftOutWords({ leftOut, certain, sampled }: AuditFacts): string {
  const parts = [
    `${countText(certain)} kept for certain, with weight 1 (in the trace of what failed or was slow every operation is; those that the rate keeps, too, are under their rate in the rules)`,
    ...(leftOut.never > 0 ? [`${countText(leftOut.never)} could not be kept`] : []),
    ...(leftOut.elsewhere > 0
      ? [`${countText(leftOut.elsewhere)} belong to traces that began in another process`]
      : []),
    ...(leftOut.late > 0 ? [`${countText(leftOut.late)} ended after their trace was decided`] : []),
    ...(leftOut.storm > 0 ? [`${countText(leftOut.storm)} ended in a storm`] : []),
  ];
  return `${sampled > 0 ? 'Not included: ' : ''}${parts.join(', ')}.`;
}
