import type { LiveSettings } from '../../../otel/query.ts';
import { html } from '../../markup/html.ts';
import { panel } from '../charts/frame.ts';
import { changesPanel } from '../draw/changes-panel.ts';
import { LIMITS_PATH } from '../draw/checks-panel.ts';
import { csrfField } from '../draw/csrf-field.ts';
import { problemSummary, settingFields } from '../draw/setting-form.ts';
import type { AskedChange } from '../page.ts';
import { refusedChange } from '../draw/refused-change.ts';
import { plural, type Sentence } from '../sentences/sentence.ts';
import { definePage } from './define-page.ts';

interface LimitsFacts {
  readonly live: LiveSettings;
  /** The refused change; undefined for a plain visit. */
  readonly asked: AskedChange | undefined;
}

/** The form that changes what counts as fine, and the objectives. */
export const limitsPage = definePage<LimitsFacts>({
  path: LIMITS_PATH,
  menu: 'overview',
  live: false,
  ranged: false,
  parent: { path: '', label: 'Overview' },
  assets: ['admin/admin-forms.css', 'admin/observatory-settings.css'],
  fetch: ({ telemetry, change }) => ({ live: onlyLimits(telemetry.liveSettings()), asked: change }),
  title: () => 'Limits',
  status: ({ asked }) => (asked === undefined ? 200 : 'problems' in asked ? 422 : 409),
  sentence: ({ live, asked }) => limitsSentence(live, asked),
  draw: ({ live, asked }, view) =>
    html`${problemSummary(asked, live.settings)}
    ${panel({
      className: 'settings-form two',
      title: 'Limits and objectives',
      note: 'values as in the environment; off: not judged',
      body: html`<form method="post" action="${view.links.to(LIMITS_PATH)}">
        ${csrfField(view)}<input type="hidden" name="revision" value="${live.revision}" />
        ${settingFields(live.settings, asked, view.now)}
        <p class="actions"><button class="primary" type="submit">Save</button></p>
      </form>`,
    })}
    ${changesPanel(live, view)}`,
});

/** Without the settings of sampling, and changes of these alone. */
function onlyLimits(live: LiveSettings): LiveSettings {
  const settings = live.settings.filter(({ decides }) => decides === 'limits');
  const names = new Set(settings.map(({ name }) => name));
  const changes = live.changes
    .map((change) => ({ ...change, changes: change.changes.filter(({ name }) => names.has(name)) }))
    .filter((change) => change.changes.length > 0);
  return { ...live, settings, changes };
}

function limitsSentence(live: LiveSettings, asked: AskedChange | undefined): Sentence {
  if (asked !== undefined && !('trial' in asked))
    return refusedChange(
      asked,
      'the settings were changed elsewhere meanwhile. Below is what you typed; save it again.',
    );
  const set = live.settings.filter(({ source }) => source === 'page').length;
  return [
    {
      text: `The overview calls the blog fine while every limit holds; objectives and alerts use them, too. ${
        set === 0
          ? 'All have their value from the environment or their default.'
          : `${plural(set, 'value')} ${set === 1 ? 'is' : 'are'} set on this page.`
      }${live.lasts ? '' : ' There is no history file, so a change lasts until the process restarts.'}`,
    },
  ];
}
