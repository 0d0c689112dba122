/** A browser completes a whole field: each offer has the tags before it, so that every tag of a list is completed, not the first alone. */
export function completeEachTag(field: HTMLInputElement): void {
  const options = [...(field.list?.options ?? [])];
  const tags = options.map(({ value }) => value);
  field.addEventListener('input', () => {
    const before = field.value.slice(0, field.value.lastIndexOf(',') + 1);
    const taken = new Set(before.split(',').map((tag) => tag.trim().toLowerCase()));
    for (const [index, option] of options.entries()) {
      const tag = tags[index] ?? '';
      option.value = before === '' ? tag : `${before.trimEnd()} ${tag}`;
      option.disabled = taken.has(tag.toLowerCase());
    }
  });
}
