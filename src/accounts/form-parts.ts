import { escapeHtml, html, raw, type Html, type HtmlValue } from '../markup/html.ts';

/** Problems by field name; each message also says what is valid. */
export type FieldProblems = Readonly<Record<string, string | undefined>>;

export function hiddenField(name: string, value: string): Html {
  return html`<input type="hidden" name="${name}" value="${value}" />`;
}

/** A text area that keeps a leading line end: HTML drops the first one after the tag, so this adds one. */
export function textArea(attributes: Html, text: string): Html {
  return raw(`<textarea ${attributes.text}>\n${escapeHtml(text)}</textarea>`);
}

/** A label, its control, hint and problem, linked for screen readers. */
export function field(options: {
  readonly name: string;
  readonly label: string;
  readonly problem?: string | undefined;
  readonly hint?: HtmlValue;
  /** Receives the attributes that link it to label, hint and problem. */
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

/** A field for one line of text. */
export function textField(options: {
  readonly name: string;
  readonly label: string;
  readonly value: string;
  readonly hint?: HtmlValue;
  readonly problem?: string | undefined;
  /** In characters; default 300. */
  readonly maxLength?: number;
  readonly required?: boolean;
  /** A control beside it that fills it. */
  readonly beside?: Html | undefined;
  /** The id of a `datalist`. */
  readonly list?: string | undefined;
  /** Neither completed nor checked for spelling: addresses, tags. */
  readonly isExact?: boolean;
}): Html {
  const { value, maxLength = 300, required = false, isExact = false, beside, list } = options;
  return field({
    ...options,
    control: (attributes) => {
      const input = html`<input
        type="text"
        ${attributes}
        value="${value}"
        maxlength="${maxLength}"
        ${required && html` required`}${isExact && html` autocomplete="off" spellcheck="false"`}${list !== undefined && html` list="${list}"`}
      />`;
      return beside === undefined ? input : html`<div class="with-choice">${input} ${beside}</div>`;
    },
  });
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

/** Lists the problems at the top, each with a link to its field; empty if there are none. */
export function errorSummary(problems: FieldProblems): Html | undefined {
  const wrong = Object.entries(problems).filter((entry): entry is [string, string] => entry[1] !== undefined);
  if (wrong.length === 0) return undefined;
  return html`<div class="summary" role="alert" tabindex="-1" autofocus>
    <h2>
      ${wrong.length === 1 ? 'Not saved: 1 field needs a correction' : `Not saved: ${wrong.length} fields need a correction`}
    </h2>
    <ul>
      ${wrong.map(([name, problem]) => html`<li><a href="#${name}">${problem}</a></li>`)}
    </ul>
  </div>`;
}
