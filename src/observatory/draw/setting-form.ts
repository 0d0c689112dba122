import type { LiveSetting, SettingProblem } from '../../../otel/query.ts';
import { html, type Html } from '../../markup/html.ts';
import type { AskedChange } from '../page.ts';
import { settingField, settingLabel } from './setting-fields.ts';

function problemsOf(asked: AskedChange | undefined): readonly SettingProblem[] {
  return asked !== undefined && 'problems' in asked ? asked.problems : [];
}

/** A field per setting, with what was typed and what is wrong with it. */
export function settingFields(
  settings: readonly LiveSetting[],
  asked: AskedChange | undefined,
  now: number,
): readonly Html[] {
  const problems = problemsOf(asked);
  return settings.map((setting) =>
    settingField(
      {
        setting,
        text: asked?.values[setting.name] ?? setting.text,
        isTakenBack: asked?.takenBack.includes(setting.name) ?? false,
        problem: problems.find(({ name }) => name === setting.name)?.message,
      },
      now,
    ),
  );
}

/** Lists the problems at the top, each with a link to its field. */
export function problemSummary(asked: AskedChange | undefined, settings: readonly LiveSetting[]): Html {
  const problems = problemsOf(asked);
  if (problems.length === 0) return html``;
  const isField = (name: string): boolean => settings.some((setting) => setting.name === name);
  return html`<div class="summary" role="alert">
    <ul>
      ${problems.map(({ name, message }) => html`<li>${isField(name) ? html`<a href="#${name}">${settingLabel(name)}</a>` : html`<code>${name}</code>`}: ${message}</li>`)}
    </ul>
  </div>`;
}
