import type {
  AuditFacts,
  BufferFacts,
  EffectiveSetting,
  LiveSettings,
  OperationSummary,
  OperationType,
  SamplingFacts,
  OperationCounts,
} from '../../../otel/query.ts';
import { html, type Html } from '../../markup/html.ts';
import { panel } from '../charts/frame.ts';
import { auditPanel } from '../draw/audit-panel.ts';
import { changesPanel } from '../draw/changes-panel.ts';
import { breakable, shareText } from '../draw/facts.ts';
import { withCode } from '../draw/setting-fields.ts';
import { drawTable, sheetOf, type Column } from '../draw/table.ts';
import { binarySize, countText, duration, text } from '../../markup/quantity.ts';
import { CHANGE_PATH } from './sampling-routes.ts';
import { definePage } from './define-page.ts';
import { moment } from '../format/moment.ts';
import type { PageView } from '../page.ts';
import { TYPE_WORDS, TYPES } from '../format/type-words.ts';
import { type HeldRequests, heldRequestsEver } from '../facts/held-requests.ts';
import { heldSentence } from '../sentences/held-sentence.ts';
import { plural, type Sentence } from '../sentences/sentence.ts';
import {
  missingSentence,
  sampledInRange,
  type SampledInRange,
  sampledPanel,
  sampledSentence,
} from './sampling-counts.ts';
import { droppedPanel, rulesPanel, sheddingPanel, stormPanel, stormSentence } from './sampling-rules.ts';

interface SamplingPageFacts {
  readonly sampling: SamplingFacts;
  readonly inRange: SampledInRange;
  /** Of this process, since its start. */
  readonly operations: Readonly<Record<OperationType, OperationSummary>>;
  readonly spans: OperationCounts;
  readonly buffer: BufferFacts;
  /** Of all that is counted; undefined while traces of an older file are moved. */
  readonly heldRequests: HeldRequests | undefined;
  readonly countedFromMillis: number;
  readonly settings: readonly EffectiveSetting[];
  readonly live: LiveSettings;
  readonly audit: AuditFacts;
}

const SETTINGS: readonly Column<EffectiveSetting>[] = [
  {
    label: 'setting',
    key: 'setting',
    value: (row) => row.name,
    cell: (row) => html`<code>${row.name}</code>`,
  },
  {
    label: 'value',
    key: 'value',
    value: (row) => row.value,
    cell: (row) => html`<code class="wrap">${row.value === '' ? '–' : row.value}</code>`,
  },
  {
    label: 'set by',
    key: 'source',
    value: (row) => row.source,
    cell: (row) =>
      row.source === 'default'
        ? html`<span class="quiet-text">default</span>`
        : html`<strong>${row.source}</strong>`,
  },
  {
    label: 'meaning',
    key: 'meaning',
    value: (row) => row.meaning,
    cell: (row) => html`<span class="wrap">${row.meaning}</span>`,
  },
];

/** A setting in bytes, formatted with its unit. */
function bytesOf({ name, value }: EffectiveSetting): string | undefined {
  return name.endsWith('_BYTES') && /^\d+$/.test(value) ? text(binarySize(Number(value))) : undefined;
}

/** Columns of the page: the meaning stands under the name, so that a narrow screen has room for both. */
const SHOWN_SETTINGS: readonly Column<EffectiveSetting>[] = [
  {
    label: 'setting, meaning',
    cell: (row) =>
      html`<code class="wrap">${breakable(row.name)}</code
        ><span class="meaning">${withCode(row.meaning)}</span>`,
  },
  {
    label: 'value, set by',
    cell: (row) =>
      html`<code class="setting-value"
          >${row.value === '' ? '–' : (bytesOf(row) ?? breakable(row.value))}</code
        ><span class="meaning"
          >${bytesOf(row) !== undefined && `${row.value} bytes, `}${row.source === 'default' ? 'default' : html`<strong>${row.source}</strong>`}</span
        >`,
  },
];

/** Rates, rules, drops, storms, audit, changes, and every setting in force. */
export const samplingPage = definePage<SamplingPageFacts>({
  path: '/sampling',
  menu: 'sampling',
  offToo: true,
  fetch: ({ telemetry, range }) => ({
    sampling: telemetry.sampling(),
    inRange: sampledInRange(telemetry, range),
    operations: telemetry.operations(),
    spans: telemetry.spans(),
    buffer: telemetry.buffer(),
    heldRequests: heldRequestsEver(telemetry),
    countedFromMillis: telemetry.countedFromMillis(),
    settings: telemetry.settings(),
    live: telemetry.liveSettings(),
    audit: telemetry.audit(),
  }),
  title: () => 'Sampling',
  sentence: samplingSentence,
  draw({ sampling, inRange, spans, heldRequests, countedFromMillis, settings, live, audit }, view) {
    const types: readonly Column<OperationType>[] = [
      { label: 'type', cell: (type) => html`<span class="swatch type-${type}"></span>${TYPE_WORDS[type]}` },
      { label: 'rate', align: 'number', cell: (type) => shareText(sampling.rates[type]) },
      {
        label: 'exported at',
        align: 'number',
        room: 'wide',
        cell: (type) => shareText(sampling.exportRates[type]),
      },
      {
        label: 'always kept from',
        align: 'number',
        room: 'mid',
        cell: (type) => (type === 'other' ? '–' : text(duration(sampling.thresholdsSeconds[type] * 1000))),
      },
    ];
    const foot = heldRequests && heldFoot(heldRequests, countedFromMillis, view);
    return html`${sampledPanel(inRange, view, foot)}
      ${panel({
        title: 'Rates in force',
        note: html`now <a class="button" href="${view.links.to(CHANGE_PATH)}">Change</a>`,
        body: drawTable(TYPES, types, {
          caption: 'Rates by type',
          keyOf: (type) => type,
          view,
          still: true,
          empty: '',
        }),
      })}
      ${rulesPanel(sampling, view)}
      <div class="grid three">
        ${droppedPanel(spans)} ${stormPanel(sampling)} ${sheddingPanel(sampling, view.now)}
      </div>
      ${auditPanel(audit, view)} ${changesPanel(live, view)} ${settingsPanel(settings, view)}`;
  },
  sheet: ({ settings }) => sheetOf(settings, SETTINGS),
});

/** Kept, and no longer held: by this and earlier processes. */
function heldFoot({ kept, gone }: HeldRequests, countedFromMillis: number, { links, now }: PageView): Html {
  return html`<span
    >requests of all processes since ${moment(countedFromMillis, now)}: ${countText(kept)} kept,
    <a href="${links.to('/buffer')}">${countText(gone)} no longer held</a></span
  >`;
}

/** Within what is folded: a link to it unfolds it. */
export const SETTINGS_ID = 'settings';

/** Our settings and changed ones come first; OpenTelemetry's settings at their defaults are folded away. */
function settingsPanel(settings: readonly EffectiveSetting[], view: PageView): Html {
  const folded = settings.filter((row) => row.source === 'default' && row.name.startsWith('OTEL_'));
  const table = (rows: readonly EffectiveSetting[], caption: string): Html =>
    drawTable(rows, SHOWN_SETTINGS, { caption, keyOf: (row) => row.name, view, still: true, empty: 'None.' });
  return panel({
    className: 'settings',
    title: 'Settings in force',
    note: html`secrets show as (set); sampling settings
      <a href="${view.links.to(CHANGE_PATH)}">can be changed here</a>, others in the environment or .env, with
      a restart`,
    body: html`<details class="more-settings">
        <summary>${plural(settings.length - folded.length, 'setting')}, and where each was set</summary>
        <div id="${SETTINGS_ID}">
          ${table(
            settings.filter((row) => !folded.includes(row)),
            'Settings',
          )}
        </div>
      </details>
      ${
        folded.length > 0 &&
        html`<details class="more-settings">
          <summary>${plural(folded.length, 'setting')} of OpenTelemetry at their defaults</summary>
          ${table(folded, 'Settings of OpenTelemetry at their defaults')}
        </details>`
      }`,
  });
}

/** Words for a target beside the rates. */
function besideRates({ target = 0, ruleTexts = [] }: SamplingFacts, isRateZero: boolean): string {
  const aimed = `${countText(target)} ordinary traces a second of each kind`;
  return [
    target === 0 ? '' : isRateZero ? ` So are ${aimed}.` : ` At least ${aimed} are.`,
    ruleTexts.length === 0
      ? ''
      : ` ${plural(ruleTexts.length, 'rule')} ${ruleTexts.length === 1 ? 'comes' : 'come'} first.`,
  ].join('');
}

function samplingSentence({ sampling, inRange }: SamplingPageFacts, { links, range }: PageView): Sentence {
  const rates = new Set(['http', 'database', 'render'].map((type) => sampling.rates[type as OperationType]));
  const [rate] = rates;
  const ofRates =
    rates.size > 1
      ? 'The detail of ordinary operations is kept at a rate per type.'
      : rate === 1
        ? `The detail of every ${sampling.storm.active ? 'ordinary ' : ''}operation is kept.`
        : rate === 0
          ? 'Only what fails or is slow is kept in detail.'
          : `${shareText(rate ?? 0)} of ordinary operations are kept in detail${sampling.storm.active ? '' : '; what fails or is slow always is'}.`;
  return [
    { text: ofRates + besideRates(sampling, rates.size === 1 && rate === 0) },
    ...sampledSentence(inRange, range.words),
    ...missingSentence(inRange),
    ...stormSentence(sampling),
    ...heldSentence(inRange.requests, range.words, links),
  ];
}
