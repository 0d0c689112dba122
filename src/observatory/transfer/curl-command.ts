// No library: the command is one line of quoted words; which parts of a request may be shown is decided by shown-request.ts.
import type { ShownRequest } from './shown-request.ts';

const BODIES = new Set(['POST', 'PUT', 'PATCH', 'QUERY']);

/** A request as a command for a POSIX shell, and what it leaves out. */
export interface CurlCommand {
  readonly command: string;
  /** Sentences on what was left out or is unknown. */
  readonly leftOut: readonly string[];
}

/** Quotes a word for a POSIX shell; drops control characters, so that pasting cannot execute it. */
function quoted(text: string): string {
  // eslint-disable-next-line no-control-regex
  const plain = text.replaceAll(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, '');
  return /^[\w@%+=:,./-]+$/.test(plain) ? plain : `'${plain.replaceAll("'", `'\\''`)}'`;
}

/** Repeats the request, without anything that identifies the visitor. */
export function curlCommand(request: ShownRequest): CurlCommand {
  const { method, url, userAgent, removed, queryHidden, hostKnown } = request;
  const parts = ['curl'];
  if (method === 'HEAD') parts.push('--head');
  else if (method !== 'GET') parts.push('--request', quoted(method));
  if (userAgent !== undefined && userAgent.trim() !== '') parts.push('--user-agent', quoted(userAgent));
  // curl treats brackets and braces in an address as patterns.
  if (/[[\]{}]/.test(url)) parts.push('--globoff');
  parts.push(quoted(url));
  return {
    command: parts.join(' '),
    leftOut: [
      'Cookies, authorization and other headers are left out, as they are not recorded.',
      ...(removed.length > 0
        ? [
            `The query had ${removed.map((name) => `“${name.slice(0, 60)}”`).join(', ')}, removed with ${removed.length === 1 ? 'its value, as it looks like a credential' : 'their values, as they look like credentials'}.`,
          ]
        : []),
      ...(queryHidden
        ? ['The query is left out: at this address it is a credential and is not recorded.']
        : []),
      ...(BODIES.has(method) ? ['The body is left out, as it is not recorded.'] : []),
      ...(hostKnown ? [] : ['The host is not recorded; replace localhost by yours.']),
    ],
  };
}
