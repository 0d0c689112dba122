import { KEEP_REASONS, type DryRun, type KeepReason, type OperationType } from '../../../otel/query.ts';
import { html, type Html } from '../../markup/html.ts';
import { panel } from '../charts/frame.ts';
import { countText, sumOf } from '../../markup/quantity.ts';
import type { PageView } from '../page.ts';
import { TYPE_WORDS, TYPES } from '../format/type-words.ts';
import { plural } from '../sentences/sentence.ts';
import { REASON_WORDS } from '../format/reason-words.ts';
import { namedRuleWords, RULE_NAMES, RULE_WORDS } from './rule-words.ts';
import { drawTable, type Column } from './table.ts';

/** Operations kept by the current settings and by the proposed ones. */
interface Both {
  readonly key: string;
  readonly words: string;
  readonly now: number;
  readonly proposed: number;
  readonly dropped?: number;
}

/** Replays the traces in memory with the current and the proposed settings, and shows what each keeps. */
export function dryRunPanels(dryRun: DryRun, exports: boolean, view: PageView): Html {
  const { now, proposed } = dryRun;
  return html`${panel({
    className: 'dry-run',
    title: 'What it would keep',
    note: `${plural(dryRun.traces, 'trace')} in memory, decided again`,
    body:
      dryRun.operations === 0
        ? html`<p class="quiet">
            There is no trace in memory to try it on. Open the blog in another tab, then try again.
          </p>`
        : html`<p>${verdictWords(dryRun)}</p>
            ${drawTable(typeRows(dryRun), columns('operations', true), tableOf('By type', view))}
            ${drawTable(ruleRows(dryRun), columns('rule that decides', true), tableOf('By rule', view))}
            ${drawTable(reasonRows(dryRun), columns('reason', false), tableOf('By reason', view))}
            ${exports && html`<p>Of ${plural(now.exportedTraces, 'trace')} exported now, or in part, ${countText(proposed.exportedTraces)} would be.</p>`}
            <p class="note">${caveats(dryRun)}</p>`,
  })}
  ${dryRun.expected !== undefined && expectedPanel(dryRun.expected.types, view)}`;
}

function verdictWords({ operations, now, proposed }: DryRun): Html {
  return html`Of the ${countText(operations)} operations whose detail is still held,
    <strong>${countText(sumOf(proposed.kept))}</strong> would be kept, of ${plural(proposed.traces, 'trace')};
    the settings in force keep ${countText(sumOf(now.kept))}, of ${plural(now.traces, 'trace')}.`;
}

/** Limits of the replay. */
function caveats({ traces, held, gone, remote, expected }: DryRun): string {
  return [
    ...(gone > 0
      ? [`${plural(gone, 'operation')} of the same traces were dropped and cannot be decided again.`]
      : []),
    'Traces without a kept operation are not included.',
    ...(traces < held ? [`These are the newest of ${countText(held)}.`] : []),
    ...(remote > 0
      ? [`${plural(remote, 'trace')} began in another process: its sampling decision is ignored.`]
      : []),
    'The replay does not simulate storms.',
    ...(expected === undefined ? ['With rules or a target, the rates alone give no estimate per hour.'] : []),
  ].join(' ');
}

function typeRows({ now, proposed }: DryRun): readonly Both[] {
  return TYPES.filter((type) => now.kept[type] + now.dropped[type] > 0).map((type) => ({
    key: type,
    words: TYPE_WORDS[type],
    now: now.kept[type],
    proposed: proposed.kept[type],
    dropped: proposed.dropped[type],
  }));
}

function ruleRows({ now, proposed }: DryRun): readonly Both[] {
  const named = [...new Set([...now.named, ...proposed.named].map(({ name }) => name))];
  const keptOf = (side: DryRun['now'], name: string) => side.named.find((each) => each.name === name);
  return [
    ...RULE_NAMES.map((rule) => ({
      key: rule,
      words: RULE_WORDS[rule],
      now: now.rules[rule].kept,
      proposed: proposed.rules[rule].kept,
      dropped: proposed.rules[rule].dropped,
    })),
    ...named.map((name) => ({
      key: `named-${name}`,
      words: namedRuleWords(name),
      now: keptOf(now, name)?.kept ?? 0,
      proposed: keptOf(proposed, name)?.kept ?? 0,
      dropped: keptOf(proposed, name)?.dropped ?? 0,
    })),
  ].filter((row) => row.now + row.proposed + row.dropped > 0);
}

function reasonRows({ now, proposed }: DryRun): readonly Both[] {
  return KEEP_REASONS.map((reason: KeepReason) => ({
    key: reason,
    words: REASON_WORDS[reason],
    now: now.reasons[reason],
    proposed: proposed.reasons[reason],
  })).filter((row) => row.now + row.proposed > 0);
}

function columns(label: string, withDropped: boolean): readonly Column<Both>[] {
  return [
    { label, cell: ({ words }) => html`<span class="wrap">${words}</span>` },
    { label: 'kept now', align: 'number', cell: ({ now }) => countText(now) },
    { label: 'proposed', align: 'number', cell: ({ proposed }) => countText(proposed) },
    ...(withDropped
      ? [
          {
            label: 'dropped',
            align: 'number',
            room: 'mid',
            cell: ({ dropped = 0 }: Both) => countText(dropped),
          } as const,
        ]
      : []),
  ];
}

const tableOf = (caption: string, view: PageView) => ({
  caption,
  keyOf: ({ key }: Both) => `${caption}-${key}`,
  view,
  still: true,
  empty: 'Nothing.',
});

interface ExpectedRow {
  readonly type: OperationType;
  readonly count: number;
  readonly keptNow: number;
  readonly keptProposed: number;
}

function expectedPanel(types: NonNullable<DryRun['expected']>['types'], view: PageView): Html {
  const rows = TYPES.map((type): ExpectedRow => ({ type, ...types[type] })).filter(({ count }) => count > 0);
  const about = (value: number): string => `~ ${countText(Math.round(value))}`;
  const expected: readonly Column<ExpectedRow>[] = [
    { label: 'type', cell: ({ type }) => html`<span class="swatch type-${type}"></span>${TYPE_WORDS[type]}` },
    { label: 'counted', align: 'number', room: 'mid', cell: ({ count }) => countText(count) },
    { label: 'kept now', align: 'number', cell: ({ keptNow }) => about(keptNow) },
    { label: 'proposed', align: 'number', cell: ({ keptProposed }) => about(keptProposed) },
  ];
  return panel({
    title: 'Estimate for an hour',
    note: 'from the last hour: counts are exact, kept operations are estimated',
    body: drawTable(rows, expected, {
      caption: 'Operations of the last hour, and how many of them are kept',
      keyOf: ({ type }) => type,
      view,
      still: true,
      empty: 'Nothing was counted in the last hour.',
    }),
    foot: html`<span
      >Includes failed and slow operations and the rate of the rest, but not those kept with the rest of their
      trace.</span
    >`,
  });
}
