/** Buttons that copy Markdown, or an address. Browsers allow clipboard access on secure origins only; elsewhere the text can be selected. */
const SHOWN_MILLIS = 2000;

for (const button of document.querySelectorAll<HTMLButtonElement>('button[data-copy-text]')) {
  if (!isSecureContext) break;
  button.hidden = false;
  const label = button.textContent;
  const say = (words: string): void => {
    button.textContent = words;
    setTimeout(() => (button.textContent = label), SHOWN_MILLIS);
  };
  button.addEventListener('click', () => {
    navigator.clipboard.writeText(button.dataset['copyText'] ?? '').then(
      () => say('Copied'),
      () => say('Not allowed by the browser'),
    );
  });
}
