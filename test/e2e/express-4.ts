/* oxlint-disable import/no-default-export -- it replaces Express, which has a default export */
import { createRequire } from 'node:module';
import type express from 'express';
import type { NextFunction, Request, RequestHandler, Response, Router as AnyRouter } from 'express';

/** Express 4 in place of Express 5. Express 4 ignores a handler's rejected promise, so its users wrap every handler, as this router does. */
const express4: typeof express = createRequire(import.meta.url)('express4');

export function Router(): AnyRouter {
  const router = express4.Router();
  for (const method of ['get', 'put', 'post', 'delete'] as const) {
    const register = router[method].bind(router) as (path: string, handler: RequestHandler) => AnyRouter;
    Object.assign(router, { [method]: (path: string, handler: RequestHandler) => register(path, catching(handler)) });
  }
  return router;
}

function catching(handler: RequestHandler) {
  return (req: Request, res: Response, next: NextFunction): void => {
    Promise.resolve(handler(req, res, next)).catch(next);
  };
}

export { express4 as default };
