import type { Router } from '@koa/router';

type Routes = ReturnType<Router['routes']>;

/** The routes of a router whose addresses all begin with one of these segments; requests for others do not pass by its many routes. */
export function below(
  segments: readonly string[],
  router: Router,
): Routes & { readonly segments: readonly string[] } {
  const known = new Set(segments);
  const routes = router.routes();
  const guarded = (...[ctx, next]: Parameters<Routes>): Promise<unknown> => {
    const first = ctx.path.split('/', 2)[1] ?? '';
    // Routes match in any case.
    return known.has(first.toLowerCase()) ? routes(ctx, next) : next();
  };
  return Object.assign(guarded, { router, segments });
}
