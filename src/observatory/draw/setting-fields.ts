import type { LiveSetting } from '../../../otel/query.ts';
import { html, type Html, type HtmlValue } from '../../markup/html.ts';
import { momentText } from '../format/moment.ts';

/** Prefix of the field that reverts a setting. */
export const BACK_PREFIX = 'back.';

interface Shape {
  readonly label: string;
  /** Default: one line of text. */
  readonly control?: 'choice' | 'lines';
  /** The unit, if the label names it and the hint need not. */
  readonly unit?: 'seconds' | 'bytes' | 'hours' | 'days';
  /** The value of an empty field. */
  readonly empty?: string;
}

/** Label and control by setting; others use their name and one line of text. */
const SHAPES: Readonly<Record<string, Shape>> = {
  METRICS_SAMPLING_RATE: { label: 'Sampling rate of ordinary operations' },
  METRICS_EXPORT_SAMPLING_RATE: { label: 'Sampling rate of the export' },
  METRICS_SLOW_REQUEST_THRESHOLD: { label: 'A request is slow from (seconds)', unit: 'seconds' },
  METRICS_SLOW_QUERY_THRESHOLD: { label: 'A statement is slow from (seconds)', unit: 'seconds' },
  METRICS_SLOW_RENDER_THRESHOLD: { label: 'A render is slow from (seconds)', unit: 'seconds' },
  METRICS_WHOLE_TRACE_ON_ERROR: {
    label: 'Keep the whole trace of a failed or slow operation',
    control: 'choice',
  },
  METRICS_RULES: { label: 'Rules', control: 'lines', empty: 'none' },
  METRICS_TARGET: { label: 'Target' },
  METRICS_LIMIT_FAILED: { label: 'Failed requests, share' },
  METRICS_LIMIT_ROUTE_FAILED: { label: 'Failed requests of one route, share' },
  METRICS_LIMIT_CLIENT_ERRORS: { label: 'Requests with a 4xx, share' },
  METRICS_LIMIT_REQUEST_P95: { label: 'p95 of requests (seconds)', unit: 'seconds' },
  METRICS_LIMIT_QUERY_P95: { label: 'p95 of statements (seconds)', unit: 'seconds' },
  METRICS_LIMIT_RENDER_P95: { label: 'p95 of renders (seconds)', unit: 'seconds' },
  METRICS_LIMIT_LOOP: { label: 'Event loop blocked (seconds)', unit: 'seconds' },
  METRICS_LIMIT_SATURATED: { label: 'Event loop saturated (seconds)', unit: 'seconds' },
  METRICS_LIMIT_CRASHES: { label: 'Processes that ended without being stopped' },
  METRICS_LIMIT_DISK_FREE: { label: 'Space left on the disk (bytes)', unit: 'bytes' },
  METRICS_LIMIT_MEMORY: { label: 'Time until the heap is full, as memory grows (hours)', unit: 'hours' },
  METRICS_LIMIT_MISSING: { label: 'Lost counts, share of the range' },
  METRICS_LIMIT_EXPORT: { label: 'Export failing (seconds)', unit: 'seconds' },
  METRICS_LIMIT_EXPORT_LOST: { label: 'Exported items lost, share' },
  METRICS_LIMIT_BACKUP_AGE: { label: 'Age of the last backup (days)', unit: 'days' },
  METRICS_LIMIT_FROM: { label: 'Judged from (operations)' },
  METRICS_OBJECTIVES: { label: 'Objectives', control: 'lines', empty: 'none' },
};

/** The label of a setting. */
export function settingLabel(name: string): string {
  return SHAPES[name]?.label ?? name;
}

/** The value as shown, or what an empty field means. */
export function fieldValue(name: string, text: string): string {
  return text.trim() === '' ? (SHAPES[name]?.empty ?? text) : text;
}

/** A setting's meaning as the hint of its field, in the words of label and control. */
function hintOf({ name, meaning }: LiveSetting): string {
  const { unit, control } = SHAPES[name] ?? {};
  const said =
    unit !== undefined && meaning.startsWith(`${unit}; `) ? meaning.slice(unit.length + 2) : meaning;
  return control === 'choice' ? said.replaceAll(/\b(?:true|false)\b/g, (word) => CHOICE_WORDS[word]!) : said;
}

/** The text of a field: as typed, or the current value. */
export interface SettingField {
  readonly setting: LiveSetting;
  readonly text: string;
  readonly isTakenBack: boolean;
  readonly problem: string | undefined;
}

/** Label, control, source, hint and problem of a setting, linked for screen readers. */
export function settingField(field: SettingField, now: number): Html {
  const { setting, problem } = field;
  const { name, page } = setting;
  const described = [`${name}-hint`, `${name}-source`, ...(problem === undefined ? [] : [`${name}-problem`])];
  return html`<div class="field${problem !== undefined && ' wrong'}">
    <label for="${name}">${settingLabel(name)}</label>
    ${control(field, described.join(' '))}
    ${problem !== undefined && html`<p class="problem" id="${name}-problem">${problem}</p>`}
    <p class="hint" id="${name}-hint">${withCode(hintOf(setting))}</p>
    <p class="hint" id="${name}-source">${sourceWords(setting, now)}</p>
    ${
      page !== undefined &&
      html`<p class="take-back">
        <input
          type="checkbox"
          id="${BACK_PREFIX}${name}"
          name="${BACK_PREFIX}${name}"
          value="yes"
          ${field.isTakenBack && html`checked`}
        />
        <label for="${BACK_PREFIX}${name}">revert to ${environmentWords(setting)}</label>
      </p>`
    }
  </div>`;
}

function control({ setting, text, problem }: SettingField, describedBy: string): Html {
  const { name, default: fallback, mayBeEmpty } = setting;
  const { control: shape, empty } = SHAPES[name] ?? {};
  const attributes = html`id="${name}" name="${name}"
  aria-describedby="${describedBy}"${problem !== undefined && html` aria-invalid="true"`}`;
  if (shape === 'choice')
    return html`<select ${attributes}>
      ${[...new Set(['true', 'false', text])].map((word) => html`<option value="${word}" ${word === text && html` selected`}>${CHOICE_WORDS[word] ?? word}</option>`)}
    </select>`;
  if (shape === 'lines')
    return html`<textarea
      ${attributes}
      rows="4"
      spellcheck="false"
      placeholder="${empty ?? (mayBeEmpty && fallback)}"
    >
${text === empty ? '' : text}</textarea>`;
  return html`<input
    type="text"
    ${attributes}
    value="${text}"
    placeholder="${mayBeEmpty ? fallback : ''}"
    autocomplete="off"
    spellcheck="false"
  />`;
}

const CHOICE_WORDS: Readonly<Record<string, string>> = { true: 'yes', false: 'no' };

/** The source of the current value, and the environment's value if the page overrides it. */
function sourceWords({ name, source, page, environment }: LiveSetting, now: number): HtmlValue {
  const code = html`<code>${name}</code>`;
  if (page === undefined)
    return source === 'default'
      ? html`${code}, at its default`
      : html`${code}, set by ${source === '.env' ? '.env' : 'the environment'}`;
  const before = page.over === undefined ? 'nothing' : page.over;
  return html`${code}, set on this page
  ${momentText(page.atMillis, now)}${
    page.isOutdated &&
    html`;
      <strong
        >the environment has changed since: it had ${before} then and has ${environment?.value ?? 'nothing'}
        now</strong
      >`
  }`;
}

function environmentWords({ environment, default: fallback }: LiveSetting): Html {
  if (environment === undefined) return html`the default, <code>${fallback}</code>`;
  return html`the value of ${environment.source === '.env' ? '.env' : 'the environment'},
    <code>${environment.value}</code>`;
}

/** Renders text between backticks as code. */
export function withCode(words: string): Html {
  return html`${words.split('`').map((part, index) => (index % 2 === 1 ? html`<code>${part}</code>` : part))}`;
}
