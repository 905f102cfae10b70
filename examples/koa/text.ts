import type { Context } from 'koa';

/** The `text` of a JSON body. */
export function textOf(ctx: Context): string {
  const { text } = ctx.request.body as { text?: unknown };
  return String(text);
}
