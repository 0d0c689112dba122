import { Router, type RouterContext, type RouterMiddleware, type RouterOptions } from '@koa/router';
import { activeRequestSpan, nameRequestRoute } from '../../otel/kit.ts';

/** A route as @koa/router keeps it. Without methods it is middleware. */
type Layer = Router['stack'][number];

/** On a Koa context: the route that its span is named by. */
const NAMED = Symbol('route');

/**
 * A router that names a request's span by the route that runs, also where several match: one that calls `next` leaves the name to the one
 * behind. The first one that matches names it before the router's own middleware, so that even the first statement knows its route.
 */
export function createRouter(options?: RouterOptions): Router {
  const router = new NamingRouter(options);
  router.use(nameFirst);
  return router;
}

/** Tells telemetry that nothing is at the address, whatever route took it: such a request belongs to no route's figures. */
export function noteUnknownAddress(): void {
  activeRequestSpan()?.setAttribute('http.address.unknown', true);
}

class NamingRouter extends Router {
  override register(...route: Parameters<Router['register']>): ReturnType<Router['register']> {
    const layer = super.register(...route);
    // Of several paths it is the router, and each of them was here.
    if (isLayer(layer)) announce(layer);
    return layer;
  }

  /** Routes of a router that was mounted here may have been made without us. */
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

/** In front of the handlers of each route: it runs. */
const nameRunning: RouterMiddleware = (ctx, next) => {
  nameRoute(ctx, ctx.routerName ?? ctx.routerPath);
  return next();
};

/** In front of everything in a router: of its routes that match, the first comes next. */
const nameFirst: RouterMiddleware = (ctx, next) => {
  const { stack } = ctx.router;
  const { matched = [] } = ctx;
  // Those of the routers before are among them.
  const layer = matched.find((each) => each.methods.includes(ctx.method) && stack.includes(each));
  if (layer !== undefined) nameRoute(ctx, layer.name ?? layer.path);
  return next();
};

function nameRoute(ctx: RouterContext & { [NAMED]?: unknown }, route: unknown): void {
  if (ctx[NAMED] === route) return;
  ctx[NAMED] = route;
  nameRequestRoute(ctx.method, String(route));
}
