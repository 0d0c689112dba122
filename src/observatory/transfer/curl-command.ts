import type { ShownRequest } from './shown-request.ts';

const BODIES = new Set(['POST', 'PUT', 'PATCH', 'QUERY']);

/** A request as a line for a POSIX shell, and what it does not say. */
export interface CurlCommand {
  readonly command: string;
  /** Each a sentence: what was left out or is not known. */
  readonly leftOut: readonly string[];
}

/** As one word of a POSIX shell; control characters are dropped, so that pasting it cannot press Enter. */
function quoted(text: string): string {
  // eslint-disable-next-line no-control-regex
  const plain = text.replaceAll(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, '');
  return /^[\w@%+=:,./-]+$/.test(plain) ? plain : `'${plain.replaceAll("'", `'\\''`)}'`;
}

/** The same request again, without anything that says who asked. */
export function curlCommand(request: ShownRequest): CurlCommand {
  const { method, url, userAgent, removed, queryHidden, hostKnown } = request;
  const parts = ['curl'];
  if (method === 'HEAD') parts.push('--head');
  else if (method !== 'GET') parts.push('--request', quoted(method));
  if (userAgent !== undefined && userAgent.trim() !== '') parts.push('--user-agent', quoted(userAgent));
  // Brackets and braces of an address are patterns to curl.
  if (/[[\]{}]/.test(url)) parts.push('--globoff');
  parts.push(quoted(url));
  return {
    command: parts.join(' '),
    leftOut: [
      'Cookies, authorization and all other headers are left out: they are not recorded.',
      ...(removed.length > 0
        ? [
            `The query had ${removed.map((name) => `“${name.slice(0, 60)}”`).join(', ')}, taken out with ${removed.length === 1 ? 'its value' : 'their values'} because ${removed.length === 1 ? 'it reads like a credential' : 'they read like credentials'}.`,
          ]
        : []),
      ...(queryHidden
        ? ['The query is left out: at such an address it is a credential, and not recorded.']
        : []),
      ...(BODIES.has(method) ? ['The body is left out: it is not recorded.'] : []),
      ...(hostKnown ? [] : ['Which host was asked is not recorded; put yours in for localhost.']),
    ],
  };
}
