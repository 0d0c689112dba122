import type { LiveSettings } from '../../../otel/query.ts';
import { html, type Html } from '../../markup/html.ts';
import { panel } from '../charts/frame.ts';
import { CHANGE_COLUMNS } from '../draw/changes-panel.ts';
import { csrfField } from '../draw/csrf-field.ts';
import { dryRunPanels } from '../draw/dry-run-panels.ts';
import { problemSummary, settingFields } from '../draw/setting-form.ts';
import { BACK_PREFIX } from '../draw/setting-fields.ts';
import { drawTable } from '../draw/table.ts';
import { definePage } from './define-page.ts';
import type { AskedChange, PageView } from '../page.ts';
import { refusedChange } from '../draw/refused-change.ts';
import type { Sentence } from '../sentences/sentence.ts';
import { APPLY_PATH, CHANGE_PATH, TRY_PATH } from './sampling-routes.ts';

interface ChangeFacts {
  readonly live: LiveSettings;
  /** The submitted change and its result; undefined for a plain visit. */
  readonly asked: AskedChange | undefined;
  /** True if spans are exported. */
  readonly exports: boolean;
}

/** The form that changes sampling at run time: first a trial, then exactly that is applied. */
export const samplingChangePage = definePage<ChangeFacts>({
  path: CHANGE_PATH,
  menu: 'sampling',
  live: false,
  ranged: false,
  parent: { path: '/sampling', label: 'Sampling' },
  assets: ['admin/admin-forms.css', 'admin/observatory-settings.css'],
  fetch: ({ telemetry, change }) => ({
    live: telemetry.liveSettings(),
    asked: change,
    exports: telemetry.export().length > 0,
  }),
  title: () => 'Change',
  status: ({ asked }) => (asked === undefined || 'trial' in asked ? 200 : 'problems' in asked ? 422 : 409),
  sentence: ({ live, asked }) => changeSentence(live, asked),
  draw: (facts, view) => html`${trialPanel(facts, view)}${form(facts, view)}`,
});

function changeSentence(live: LiveSettings, asked: AskedChange | undefined): Sentence {
  if (asked === undefined) {
    const until = live.lasts
      ? 'It stays until you revert it, also after restarts.'
      : 'There is no history file, so it lasts until the process restarts.';
    return [{ text: `A change applies from the next operation on. ${until}` }];
  }
  if (!('trial' in asked))
    return refusedChange(
      asked,
      'the settings were changed elsewhere since this trial. Try again to see the effect now.',
    );
  if (asked.trial.changes.length === 0) return [{ text: 'These values are already in force.' }];
  return [{ text: 'Nothing has changed yet. Below is what the change would do.' }];
}

/** The result of the trial, and the button that applies it. */
function trialPanel({ asked, exports }: ChangeFacts, view: PageView): Html {
  if (asked === undefined || !('trial' in asked) || asked.trial.changes.length === 0) return html``;
  const { trial } = asked;
  return html`${panel({
    title: 'What would change',
    body: html`${drawTable(trial.changes, CHANGE_COLUMNS, {
        caption: 'Settings that would change',
        keyOf: ({ name }) => name,
        view,
        still: true,
        empty: '',
      })}
      <form class="apply" method="post" action="${view.links.to(APPLY_PATH)}">
        ${csrfField(view)}${hidden('revision', trial.revision)}
        ${Object.entries(asked.values).map(([name, text]) => hidden(name, text))}
        ${asked.takenBack.map((name) => hidden(`${BACK_PREFIX}${name}`, 'yes'))}
        <button class="primary" type="submit">Apply</button>
        <p class="note">Applies exactly these values, at once. Change them below to try again.</p>
      </form>`,
  })}
  ${trial.dryRun !== undefined && dryRunPanels(trial.dryRun, exports, view)}`;
}

function form({ live, asked }: ChangeFacts, view: PageView): Html {
  const settings = live.settings.filter(({ decides }) => decides === 'sampling');
  return html`${problemSummary(asked, settings)}
  ${panel({
    className: 'settings-form',
    title: 'Sampling',
    note: 'values as in the environment',
    body: html`<form method="post" action="${view.links.to(TRY_PATH)}">
      ${csrfField(view)} ${settingFields(settings, asked, view.now)}
      <p class="actions">
        <button class="primary" type="submit">Try</button>
        <span class="hint">Shows the effect without changing anything.</span>
      </p>
    </form>`,
  })}`;
}

function hidden(name: string, value: string): Html {
  return html`<input type="hidden" name="${name}" value="${value}" />`;
}
