import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';

/** Property by which OpenTelemetry instrumentations mark functions they wrap. */
type Wrapped = { readonly __wrapped?: boolean } | undefined;

export const OTHERS_REQUESTS =
  'Another instrumentation traces incoming http requests: telemetry creates no spans of its own for them';
export const OTHERS_CALLS =
  'Another instrumentation traces outgoing http calls: telemetry creates no spans of its own for them';

/** The shared module objects. Not by `require`: a module that is already required is not patched by later instrumentations. */
const MODULES: readonly Pick<typeof http, 'request' | 'Server'>[] = [http, https];

/** Returns true if an instrumentation has wrapped outgoing calls. The kit's leaves no mark: guards surround it. */
export function hasOthersCalls(): boolean {
  return MODULES.some(({ request }) => isWrappedByOther(request));
}

/** Returns true if an instrumentation has wrapped server events. The next one to do so removes that wrapper. */
export function hasOthersRequests(): boolean {
  return MODULES.some(({ Server }) => isWrappedByOther(Server.prototype.emit));
}

/** Returns true if another instrumentation creates the span of the request: it wraps the server's `emit`. */
export function isOthersRequest({ socket }: IncomingMessage): boolean {
  const { server } = socket as { readonly server?: { readonly emit?: unknown } };
  return isWrappedByOther(server?.emit);
}

function isWrappedByOther(wrapped: unknown): boolean {
  return (wrapped as Wrapped)?.__wrapped === true;
}

/** Logs a line once. */
export function onceOnly(say: (line: string) => void): (line: string) => void {
  const said = new Set<string>();
  return (line) => {
    if (said.has(line)) return;
    said.add(line);
    say(line);
  };
}
