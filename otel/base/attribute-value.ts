export type AttributeValue =
  string | number | boolean | readonly (string | number | boolean | null | undefined)[];
export type AttributeMap = Readonly<Record<string, AttributeValue | undefined>>;
