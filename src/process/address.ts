import { isOwnAddress } from './own-addresses.ts';

export const MAX_PATH_CHARACTERS = 300;
const FORBIDDEN = /[\p{Cc}\p{Zs}\p{Zl}\p{Zp}\p{Cs}\\?#%"<>]/u;

/** Why a path is not a valid address, with a message for its author. */
export interface AddressProblem {
  readonly reason: 'missing' | 'invalid' | 'reserved';
  readonly message: string;
}

/** Normalises an address for comparison: equal keys are the same address. */
export function pathKey(path: string): string {
  return path.toLowerCase().normalize('NFC');
}

/** Removes outer slashes, in linear time. */
export function trimSlashes(path: string): string {
  let start = 0;
  let end = path.length;
  while (path[start] === '/') start++;
  while (end > start && path[end - 1] === '/') end--;
  return path.slice(start, end);
}

/** Normalises a path: NFC, without outer slashes. */
export function tidyPath(given: string): string {
  return trimSlashes(given.trim().normalize('NFC'));
}

/** The problem of a path that `tidyPath` normalised from `given`. */
export function addressProblem(path: string, given: string): AddressProblem | undefined {
  const quoted = JSON.stringify(given);
  const invalid = (message: string): AddressProblem => ({ reason: 'invalid', message });
  if (path === '') return { reason: 'missing', message: 'An address needs at least one letter or digit.' };
  if (path.length > MAX_PATH_CHARACTERS)
    return invalid(`The address is longer than ${MAX_PATH_CHARACTERS} characters.`);
  if (FORBIDDEN.test(path))
    return invalid(`The address ${quoted} has a space or one of ? # % \\ " < > in it; use hyphens.`);
  if (path.split('/').some((segment) => segment === '' || segment === '.' || segment === '..'))
    return invalid(`The address ${quoted} has an empty, "." or ".." part.`);
  if (isOwnAddress(pathKey(path)))
    return {
      reason: 'reserved',
      message: `The address ${quoted} is reserved by the blog; choose another.`,
    };
  return undefined;
}
