import { PictureChoice } from './picture-choice.ts';

/** Chooses pictures and the colour by sight. Without it, their fields take addresses and numbers. */

const form = document.querySelector<HTMLFormElement>('form[data-pictures]');

function inputOf(name: string | undefined): HTMLInputElement | undefined {
  const field = form?.elements.namedItem(name ?? '');
  return field instanceof HTMLInputElement ? field : undefined;
}

for (const button of form?.querySelectorAll<HTMLButtonElement>('button[data-picture-of]') ?? []) {
  const field = inputOf(button.dataset['pictureOf']);
  if (field === undefined) continue;
  const choice = new PictureChoice(form?.dataset['pictures'] ?? '', ({ url }) => {
    field.value = url;
    field.focus();
  });
  button.addEventListener('click', () => choice.open());
  button.hidden = false;
}

for (const picker of form?.querySelectorAll<HTMLInputElement>('input[data-colour-of]') ?? []) {
  const field = inputOf(picker.dataset['colourOf']);
  if (field === undefined) continue;
  const follow = (): void => {
    if (/^#[0-9a-f]{6}$/i.test(field.value.trim())) picker.value = field.value.trim();
  };
  picker.addEventListener('input', () => (field.value = picker.value));
  field.addEventListener('input', follow);
  follow();
  picker.hidden = false;
}
