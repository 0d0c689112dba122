// An address, then its descriptors up to the next comma.
const CANDIDATE = /[\s,]*([^\s,]\S*)([^,]*)/y;

/**
 * Replaces each address of a `srcset` and normalises it to `address descriptor, address descriptor`. By the HTML standard an address may
 * contain commas but not end with one, so each gets a descriptor.
 */
export function mapSourceSet(list: string, replace: (address: string) => string): string {
  const candidates: string[] = [];
  CANDIDATE.lastIndex = 0;
  for (let match = CANDIDATE.exec(list); match !== null; match = CANDIDATE.exec(list)) {
    let address = match[1]!;
    let descriptor = match[2]!.trim();
    if (address.endsWith(',')) {
      CANDIDATE.lastIndex -= match[2]!.length;
      descriptor = '';
      address = withoutCommas(address);
    }
    candidates.push(`${replace(address)} ${descriptor === '' ? '1x' : descriptor}`);
  }
  return candidates.join(', ');
}

function withoutCommas(address: string): string {
  let end = address.length;
  while (address[end - 1] === ',') end--;
  return address.slice(0, end);
}
