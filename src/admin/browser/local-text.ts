/** Texts that were typed into an editor of this browser, in its storage. */

/** A text's key is this and the name of its page of the editor. */
export const LOCAL_PREFIX = 'glasshouse.unsaved.';
/** Not part of the text. */
const NOT_TYPED = new Set(['_csrf', 'draft', 'continued', 'version']);

export interface LocalText {
  readonly post: string;
  readonly typedAtMillis: number;
  readonly fields: Readonly<Record<string, string>>;
}

/** What is typed into a form. */
export function fieldsOf(form: HTMLFormElement): Record<string, string> {
  const typed: Record<string, string> = {};
  for (const [name, value] of new FormData(form))
    if (!NOT_TYPED.has(name) && typeof value === 'string') typed[name] = value.replaceAll('\r\n', '\n');
  return typed;
}

/** Storage may be blocked or full; then the server alone keeps the text. */
export function inStorage<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}

/** Undefined for what is no text. */
export function localText(key: string): LocalText | undefined {
  const value: unknown = inStorage(() => JSON.parse(localStorage.getItem(key) ?? 'null'));
  if (typeof value !== 'object' || value === null) return undefined;
  if (!('post' in value && 'typedAtMillis' in value && 'fields' in value)) return undefined;
  const { post, typedAtMillis, fields } = value;
  if (typeof post !== 'string' || typeof typedAtMillis !== 'number') return undefined;
  if (typeof fields !== 'object' || fields === null) return undefined;
  const strings = Object.entries(fields).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  );
  return { post, typedAtMillis, fields: Object.fromEntries(strings) };
}
