import { Router, type RouterOptions } from '@koa/router';
import { trace } from '@opentelemetry/api';
import type { Context, Next } from 'koa';

interface MatchedLayer {
  readonly path: string | RegExp;
  readonly name?: string | null;
  readonly methods: readonly string[];
}

/** A router whose routes name the request's span before their handlers run, so that even its first statement knows its route. */
export function createRouter(options?: RouterOptions): Router {
  const router = new Router(options);
  router.use(nameRoute);
  return router;
}

/** Tells telemetry that nothing is at the address, whatever route took it: such a request belongs to no route's figures. */
export function noteUnknownAddress(): void {
  trace.getActiveSpan()?.setAttribute('http.address.unknown', true);
}

/** Sets `http.route` to the name given to the route, else to its pattern; does nothing without telemetry. */
function nameRoute(ctx: Context, next: Next): Promise<unknown> {
  const span = trace.getActiveSpan();
  if (span !== undefined) {
    const layers = (ctx['matched'] as readonly MatchedLayer[] | undefined) ?? [];
    const layer = layers.findLast(({ methods }) => methods.includes(ctx.method));
    if (layer !== undefined) {
      const route = layer.name ?? String(layer.path);
      span.setAttribute('http.route', route);
      span.updateName(`${ctx.method} ${route}`);
    }
  }
  return next();
}
