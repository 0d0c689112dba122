import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';

/** As instrumentations of OpenTelemetry mark the functions that they wrap. */
type Wrapped = { readonly __wrapped?: boolean } | undefined;

export const OTHERS_REQUESTS =
  'Another instrumentation of incoming http is at work: requests have its spans, and telemetry makes none of its own';
export const OTHERS_CALLS =
  'Another instrumentation of outgoing http is at work: calls have its spans, and telemetry makes none of its own';

/** As all share them. Not by `require`: what was required once is patched by nobody who comes later. */
const MODULES: readonly Pick<typeof http, 'request' | 'Server'>[] = [http, https];

/** Returns true if an instrumentation has wrapped outgoing calls. Ours leave no mark: guards stand around them. */
export function hasOthersCalls(): boolean {
  return MODULES.some(({ request }) => isWrappedByOther(request));
}

/** Returns true if an instrumentation has wrapped the events of servers. The next that does so takes its wrapper off. */
export function hasOthersRequests(): boolean {
  return MODULES.some(({ Server }) => isWrappedByOther(Server.prototype.emit));
}

/** Returns true if another instrumentation makes the span of the request: it stands around what its server emits. */
export function isOthersRequest({ socket }: IncomingMessage): boolean {
  const { server } = socket as { readonly server?: { readonly emit?: unknown } };
  return isWrappedByOther(server?.emit);
}

function isWrappedByOther(wrapped: unknown): boolean {
  return (wrapped as Wrapped)?.__wrapped === true;
}

/** Says a line once. */
export function onceOnly(say: (line: string) => void): (line: string) => void {
  const said = new Set<string>();
  return (line) => {
    if (said.has(line)) return;
    said.add(line);
    say(line);
  };
}
