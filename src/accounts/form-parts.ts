import { escapeHtml, html, raw, type Html, type HtmlValue } from '../markup/html.ts';

/** What is wrong, by the name of the field; the sentences say what is right, too. */
export type FieldProblems = Readonly<Record<string, string | undefined>>;

export function hiddenField(name: string, value: string): Html {
  return html`<input type="hidden" name="${name}" value="${value}" />`;
}

/** A text area that gives back what it was given: HTML drops one line end after the tag, so one is there to be dropped. */
export function textArea(attributes: Html, text: string): Html {
  return raw(`<textarea ${attributes.text}>\n${escapeHtml(text)}</textarea>`);
}

/** One label, one control, its hint and its problem, all tied together for those who listen. */
export function field(options: {
  readonly name: string;
  readonly label: string;
  readonly problem?: string | undefined;
  readonly hint?: HtmlValue;
  /** Gets the attributes that tie it to the rest. */
  readonly control: (attributes: Html) => Html;
}): Html {
  const { name, label, problem, hint, control } = options;
  const described = [hint !== undefined && `${name}-hint`, problem !== undefined && `${name}-problem`]
    .filter(Boolean)
    .join(' ');
  const attributes = html`id="${name}"
  name="${name}"${described !== '' && html` aria-describedby="${described}"`}${problem !== undefined && html` aria-invalid="true"`}`;
  return html`<div class="field${problem !== undefined && ' wrong'}">
    <label for="${name}">${label}</label>
    ${control(attributes)} ${hint !== undefined && html`<p class="hint" id="${name}-hint">${hint}</p>`}
    ${problem !== undefined && html`<p class="problem" id="${name}-problem">${problem}</p>`}
  </div>`;
}

export function passwordField(options: {
  readonly name: string;
  readonly label: string;
  readonly autocomplete: 'current-password' | 'new-password';
  readonly problem?: string | undefined;
  readonly hint?: HtmlValue;
  readonly autofocus?: boolean;
  readonly optional?: boolean;
}): Html {
  return field({
    ...options,
    control: (attributes) =>
      html`<input
        type="password"
        ${attributes}
        autocomplete="${options.autocomplete}"
        ${options.optional !== true && html` required`}${options.autofocus === true && html` autofocus`}
      />`,
  });
}

/** Says at the top what is wrong, with a link to each field; nothing when nothing is. */
export function errorSummary(problems: FieldProblems): Html | undefined {
  const wrong = Object.entries(problems).filter((entry): entry is [string, string] => entry[1] !== undefined);
  if (wrong.length === 0) return undefined;
  return html`<div class="summary" role="alert" tabindex="-1">
    <h2>
      ${wrong.length === 1 ? 'One thing needs changing; nothing is saved yet' : `${wrong.length} things need changing; nothing is saved yet`}
    </h2>
    <ul>
      ${wrong.map(([name, problem]) => html`<li><a href="#${name}">${problem}</a></li>`)}
    </ul>
  </div>`;
}
