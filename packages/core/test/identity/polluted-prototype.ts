/** Runs with a property on Object.prototype, as a package with a prototype pollution leaves it, and removes it again. */
export async function withPollutedPrototype(name: string, descriptor: PropertyDescriptor, run: () => void | Promise<void>): Promise<void> {
  Reflect.defineProperty(Object.prototype, name, { ...descriptor, configurable: true });
  try {
    await run();
  } finally {
    Reflect.deleteProperty(Object.prototype, name);
  }
}
