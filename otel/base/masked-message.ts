/** Ids, addresses of memory and numbers, which differ between messages of one kind. */
const NUMBERS =
  /\b0x[\da-f]+\b|\b[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}\b|\b(?=[a-f]*\d)[\da-f]{8,64}\b|\d+(?:\.\d+)?/gi;
/** Not the apostrophe of a word. */
const QUOTED = /(?<!\w)(["'`])(?:(?!\1).){1,200}\1(?!\w)/g;

/** A message with `#` for each number. */
export function maskedNumbers(message: string): string {
  return message.replaceAll(NUMBERS, '#');
}

/** The same with `#` for quoted values, too: equal for all messages of one kind. */
export function maskedMessage(message: string): string {
  return maskedNumbers(message.replaceAll(QUOTED, '$1#$1'));
}
