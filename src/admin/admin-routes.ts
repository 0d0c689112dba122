import type { Router } from '@koa/router';
import { createRouter } from '../http/router.ts';
import { addDraftLinkRoutes, type DraftLinkRouteDependencies } from './draft-link-routes.ts';
import { addEditRoutes, type EditRouteDependencies } from './edit-routes.ts';
import { addMediaRoutes, type MediaRouteDependencies } from './media-routes.ts';
import { addPasskeyRoutes } from './passkey-routes.ts';
import { addPasswordRoutes, type PasswordRouteDependencies } from './password-routes.ts';
import { addPostRoutes, type PostRouteDependencies } from './post-routes.ts';
import { addPreviewRoutes, type PreviewRouteDependencies } from './preview-routes.ts';
import { createRenderText } from './render-text.ts';
import { addReaderRoutes, type ReaderRouteDependencies } from './reader-routes.ts';
import { addRedirectRoutes, type RedirectRouteDependencies } from './redirect-routes.ts';
import { addUnsavedRoutes } from './unsaved-routes.ts';
import { addTagRoutes } from './tag-routes.ts';
import { addSettingsRoutes, type SettingsRouteDependencies } from './settings-routes.ts';

type AdminDependencies = DraftLinkRouteDependencies &
  EditRouteDependencies &
  MediaRouteDependencies &
  PasswordRouteDependencies &
  PostRouteDependencies &
  PreviewRouteDependencies &
  ReaderRouteDependencies &
  RedirectRouteDependencies &
  SettingsRouteDependencies;

/** Writing: posts, media and settings. */
export function createAdminRoutes(deps: Omit<AdminDependencies, 'renderText' | 'showSettings'>): Router {
  const router = createRouter();
  const posts = { ...deps, renderText: createRenderText(deps.posts.rendering) };
  addPostRoutes(router, posts);
  addPreviewRoutes(router, posts);
  // Before the routes with an id.
  addUnsavedRoutes(router, posts);
  addDraftLinkRoutes(router, deps);
  addEditRoutes(router, posts);
  addMediaRoutes(router, deps);
  addReaderRoutes(router, deps);
  addRedirectRoutes(router, deps);
  addTagRoutes(router, { ...deps, tagNames: deps.posts.tagNames });
  const showSettings = addSettingsRoutes(router, deps);
  addPasswordRoutes(router, { ...deps, showSettings });
  addPasskeyRoutes(router, deps);
  return router;
}
