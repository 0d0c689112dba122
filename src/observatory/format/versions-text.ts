import { shortened } from './shortened.ts';

const MAX_VERSION = 40;
const MAX_NAMED = 3;

/** `version 0.2.0`, `versions 0.1.0 and 0.2.0`; empty if none is known. */
export function versionsText(versions: readonly string[]): string {
  if (versions.length === 0) return '';
  const rest = versions.length - MAX_NAMED;
  const named = versions.slice(-MAX_NAMED).map((version) => shortened(version, MAX_VERSION));
  const all = rest > 0 ? [`${rest} others`, ...named] : named;
  return `${versions.length === 1 ? 'version' : 'versions'} ${LIST.format(all)}`;
}

const LIST = new Intl.ListFormat('en');
