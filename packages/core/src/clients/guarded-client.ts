import type { HttpHandlerOptions, MiddlewareStack, RequestHandler, RequestHandlerOutput } from '@smithy/types';

/** What an SDK client sends with. */
export type Handler = RequestHandler<never, object, HttpHandlerOptions>;

/** What a handler answers. */
export type Answered = RequestHandlerOutput<object>;

/** The parts of an SDK client that requests pass through. */
export interface GuardedClient {
  readonly config: { readonly requestHandler: Handler };
  readonly middlewareStack: MiddlewareStack<never, never>;
}
