/** An entry of the menu of pages for readers. */
export interface MenuLink {
  readonly label: string;
  /** A path of the blog, or an address with https or http. */
  readonly address: string;
}

const MAX_ENTRIES = 12;
const MAX_LABEL_CHARACTERS = 40;
const ADDRESS = /^(?:\/(?![/\\])[^\s\\]*|https?:\/\/\S+)$/i;

/** A menu as the owner writes it: a label and an address on each line. */
export function menuOf(text: string): readonly MenuLink[] {
  return linesOf(text).flatMap((line) => linkOf(line) ?? []);
}

/** What is wrong with a menu; undefined if nothing is. */
export function menuProblem(text: string): string | undefined {
  const lines = linesOf(text);
  if (lines.length > MAX_ENTRIES) return `The menu has ${lines.length} lines; ${MAX_ENTRIES} is the most.`;
  const wrong = lines.find((line) => linkOf(line) === undefined);
  return wrong === undefined
    ? undefined
    : `${JSON.stringify(wrong)} is no entry: write a label and an address, such as “Now /now” or “Code https://example.org”.`;
}

function linesOf(text: string): readonly string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

function linkOf(line: string): MenuLink | undefined {
  const at = line.search(/\S+$/);
  const [label, address] = [line.slice(0, at).trim(), line.slice(at)];
  const isRight = label !== '' && [...label].length <= MAX_LABEL_CHARACTERS && ADDRESS.test(address);
  return isRight && (address.startsWith('/') || URL.canParse(address)) ? { label, address } : undefined;
}
