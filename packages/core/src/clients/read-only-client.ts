import { ConfigurationError } from '@tenant-aws/policy';
import type { MiddlewareStack } from '@smithy/types';
import { frozenCopy, isPlain } from '../frozen.ts';
import type { SdkClient } from './sdk-client.ts';

type Stack = MiddlewareStack<never, never>;

/**
 * Makes a client that serves all tenants read-only, so that the code of one tenant cannot change the calls of another. `config`
 * returns a new copy at each access. `middlewareStack` can be read and cloned, but not changed. `send` uses the originals. It
 * stays a client of its class: presigning, paginators, `Upload` and `DynamoDBDocumentClient.from()` read both.
 */
export function makeReadOnly(client: SdkClient): void {
  const { config, middlewareStack } = client;
  const original: object = Object.create(client, { config: { value: config }, middlewareStack: { value: middlewareStack } });
  const copied = { get: () => copyOf(config), enumerable: true };
  Object.defineProperties(client, {
    config: copied,
    ...('initConfig' in client ? { initConfig: copied } : {}),
    middlewareStack: { value: readOnly(middlewareStack), writable: false, enumerable: true },
    send: {
      // Looked up at each call, because tests and tracers replace it in the class.
      value: (...given: unknown[]): unknown =>
        Reflect.apply(Reflect.get(Object.getPrototypeOf(client) as object, 'send') as () => unknown, original, given),
      writable: true,
      configurable: true,
    },
  });
}

/** Copies plain data at any depth. Instances and functions of the SDK are not copied. */
function copyOf(config: object): object {
  return Object.fromEntries(Object.entries(config).map(([name, part]) => [name, isPlain(part) ? frozenCopy(part) : part]));
}

function readOnly(stack: Stack): Stack {
  return Object.freeze({
    ...stack,
    add: refuse,
    addRelativeTo: refuse,
    use: refuse,
    remove: refuse,
    removeByTag: refuse,
    identifyOnResolve: () => stack.identifyOnResolve(),
  });
}

function refuse(): never {
  throw new ConfigurationError([
    'the middleware of a client that serves all tenants cannot be changed: add it to a client of one tenant, `tenantAws.client()`, or to the command',
  ]);
}
