/**
 * The `Authorization` headers of the request that an adapter of passport passes on: that of Node or Express,
 * of koa-passport (Node's is its `req`) or of Fastify (Node's is its `raw`). Without a request of Node, `headers` is read,
 * in which a header sent twice has one value.
 */
export function authorizationOf(request: unknown): readonly string[] | undefined {
  const distinct = [request, field(request, 'req'), field(request, 'raw')].map((each) => field(each, 'headersDistinct')).find(isObject);
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
