import { once } from 'node:events';
import type { Server } from 'node:http';
import express, { type RequestHandler } from 'express';

/** An application with this middleware and one handler. */
export async function serveExpress(...middleware: RequestHandler[]): Promise<Server> {
  const app = express();
  for (const each of middleware) app.use(each);
  app.get('/', (_req, res) => {
    res.json({ ok: true });
  });
  const server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}
