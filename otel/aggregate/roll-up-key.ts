import { OPERATION_TYPES, type OperationType } from '../query.ts';

/** Key of a series on disk; the type alone for a type's totals. */
export function rollUpKey(type: OperationType, name?: string): string {
  return name === undefined ? type : `${type} ${name}`;
}

/** Undefined for a key that no version wrote. */
export function readRollUpKey(
  key: string,
): { readonly type: OperationType; readonly name: string | undefined } | undefined {
  const space = key.indexOf(' ');
  const type = OPERATION_TYPES.find((known) => known === (space < 0 ? key : key.slice(0, space)));
  return type && { type, name: space < 0 ? undefined : key.slice(space + 1) };
}
