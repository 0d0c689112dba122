import type { Locator } from 'playwright-core';

/** Puts texts of these types on the clipboard as a program does. */
export async function copy(text: Locator, types: Readonly<Record<string, string>>): Promise<void> {
  await text.evaluate(
    (_, all) =>
      document.addEventListener(
        'copy',
        (event) => {
          for (const [type, data] of Object.entries(all)) event.clipboardData?.setData(type, data);
          event.preventDefault();
        },
        { once: true },
      ),
    types,
  );
  await text.press('Control+c');
}

/** What an empty text has after HTML was pasted; `plain` is the text beside it. */
export async function pastedInto(
  text: Locator,
  html: string,
  { plain = 'PLAIN', keys = 'Control+v' } = {},
): Promise<string> {
  await copy(text, { 'text/html': html, 'text/plain': plain });
  await text.press(keys);
  await text.page().waitForFunction(() => document.querySelector('textarea')?.value !== '');
  return text.inputValue();
}
