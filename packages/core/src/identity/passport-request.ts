/**
 * The `Authorization` headers of whatever request an adapter of passport shows: Node's and Express's own,
 * koa-passport's (its `req`), Fastify's (its `raw`). Only where none of them is Node's request, `headers` is read,
 * in which a header sent twice is seen once.
 */
export function authorizationOf(request: unknown): readonly string[] | undefined {
  const distinct = [request, field(request, 'req'), field(request, 'raw')].map((shown) => field(shown, 'headersDistinct')).find(isObject);
  const values = distinct === undefined ? field(field(request, 'headers'), 'authorization') : field(distinct, 'authorization');
  if (typeof values === 'string') return [values];
  return Array.isArray(values) ? values.filter((value) => typeof value === 'string') : undefined;
}

function field(value: unknown, name: string): unknown {
  return isObject(value) ? Reflect.get(value, name) : undefined;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
