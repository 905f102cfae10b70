/* oxlint-disable import/no-default-export -- it stands in for Express, whose export this is */
import { createRequire } from 'node:module';
import type express from 'express';
import type { NextFunction, Request, RequestHandler, Response, Router as AnyRouter } from 'express';

/** Express 4 under the name of Express 5: it forgets the rejection of a handler, so its users wrap each, and so does this. */
const express4: typeof express = createRequire(import.meta.url)('express4');

export function Router(): AnyRouter {
  const router = express4.Router();
  for (const method of ['get', 'put', 'post', 'delete'] as const) {
    const add = router[method].bind(router) as (path: string, handler: RequestHandler) => AnyRouter;
    Object.assign(router, { [method]: (path: string, handler: RequestHandler) => add(path, caught(handler)) });
  }
  return router;
}

function caught(handler: RequestHandler) {
  return (req: Request, res: Response, next: NextFunction): void => {
    Promise.resolve(handler(req, res, next)).catch(next);
  };
}

export { express4 as default };
