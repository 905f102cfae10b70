/** A handler of a controller, or a function that Nest registers as a route. */
export type Method = (...args: unknown[]) => unknown;

/** Makes `replacement` look like `method`: Nest, its adapters and decorators find the metadata, the properties and the name there. */
export function withMetadataOf<T extends object>(method: T, replacement: T): T {
  Object.setPrototypeOf(replacement, method);
  for (const key of Reflect.getMetadataKeys(method)) Reflect.defineMetadata(key, Reflect.getMetadata(key, method), replacement);
  for (const name of ['name', 'length'])
    Reflect.defineProperty(replacement, name, { value: Reflect.get(method, name), configurable: true });
  return replacement;
}
