/** Forms that an authenticator answers: adding a passkey, and signing in with one. Without this script, the password does. */

async function answerOf(form: HTMLFormElement): Promise<string> {
  const options = JSON.parse(form.dataset['options'] ?? '{}');
  const credential =
    form.dataset['passkey'] === 'create'
      ? await navigator.credentials.create({
          publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options),
        })
      : await navigator.credentials.get({
          publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options),
        });
  if (!(credential instanceof PublicKeyCredential)) throw new Error('The browser gave no passkey.');
  return JSON.stringify(credential.toJSON());
}

function problemOf(error: unknown): string {
  if (!(error instanceof DOMException)) return String(error);
  switch (error.name) {
    case 'NotAllowedError':
      return 'No passkey was given: you cancelled, or it took too long.';
    case 'InvalidStateError':
      return 'This device has a passkey of this blog already.';
    case 'SecurityError':
      return 'A passkey needs https and a host name; on this machine, open the blog at http://localhost.';
    default:
      return error.message;
  }
}

for (const form of document.querySelectorAll<HTMLFormElement>('form[data-passkey]')) {
  if (!('PublicKeyCredential' in window && 'parseRequestOptionsFromJSON' in PublicKeyCredential)) continue;
  form.hidden = false;
  const problem = form.querySelector<HTMLElement>('[data-passkey-problem]');
  const show = (text: string): void => {
    if (problem === null) return;
    problem.hidden = text === '';
    problem.textContent = text;
  };
  for (const button of form.querySelectorAll('button')) button.disabled = false;
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    show('');
    answerOf(form)
      .then((answer) => {
        const field = form.elements.namedItem('answer');
        if (field instanceof HTMLInputElement) field.value = answer;
        // Past the listener.
        form.submit();
      })
      .catch((error: unknown) => {
        show(problemOf(error));
      });
  });
}
