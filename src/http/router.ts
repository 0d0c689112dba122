import type { Context } from 'koa';
import { Router, type RouterMiddleware, type RouterOptions } from '@koa/router';
import { activeRequestSpan, nameRequestRoute } from '../../otel/kit.ts';

/** A route of @koa/router; without methods it is middleware. */
type Layer = Router['stack'][number];

/** Set on a Koa context: the route that names its span. */
const NAMED = Symbol('route');

type Named = Pick<Context, 'method'> & { [NAMED]?: string };

/** Creates a router that names a request's span after the route that runs, also if several match: a route that calls `next` leaves the name
 * to the next one. The first match names it before the router's middleware, so that even the first statement has its route.
 */
export function createRouter(options?: RouterOptions): Router {
  const router = new NamingRouter(options);
  router.use(nameFirst);
  return router;
}

/** Tells telemetry that the address is unknown, whatever route matched it, so that the request is not counted under that route. */
export function noteUnknownAddress(): void {
  activeRequestSpan()?.setAttribute('operation.address_unknown', true);
}

class NamingRouter extends Router {
  override register(...route: Parameters<Router['register']>): ReturnType<Router['register']> {
    const layer = super.register(...route);
    // For several paths, `register` returns the router, and each path was registered here.
    if (isLayer(layer)) announce(layer);
    return layer;
  }

  /** Routes of a mounted router may have been created without this function. */
  override match(...request: Parameters<Router['match']>): ReturnType<Router['match']> {
    const matched = super.match(...request);
    for (const layer of matched.pathAndMethod) announce(layer);
    return matched;
  }
}

function isLayer(registered: ReturnType<Router['register']>): registered is Layer {
  return 'paramNames' in registered;
}

function announce({ methods, stack }: Layer): void {
  if (methods.length > 0 && !stack.includes(nameRunning)) stack.unshift(nameRunning);
}

/** Runs before the handlers of each route. */
const nameRunning: RouterMiddleware = (ctx, next) => {
  nameRoute(ctx, String(ctx.routerName ?? ctx.routerPath));
  return next();
};

/** Runs before everything in a router, and names the first matching route. */
const nameFirst: RouterMiddleware = (ctx, next) => {
  const { stack } = ctx.router;
  const { matched = [] } = ctx;
  // Includes matches of earlier routers.
  const layer = matched.find((each) => each.methods.includes(ctx.method) && stack.includes(each));
  if (layer !== undefined) nameRoute(ctx, String(layer.name ?? layer.path));
  return next();
};

/** Names the request's span after a route. */
export function nameRoute(ctx: Named, route: string): void {
  if (ctx[NAMED] === route) return;
  ctx[NAMED] = route;
  nameRequestRoute(ctx.method, route);
}

/** The route that a request was named after last; empty if it was not. */
export function routeOf(ctx: Named): string {
  return ctx[NAMED] ?? '';
}
