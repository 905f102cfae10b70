/** Runs a function with a property on Object.prototype, as after a prototype pollution, and then removes the property. */
export async function withPollutedPrototype(name: string, descriptor: PropertyDescriptor, run: () => void | Promise<void>): Promise<void> {
  Reflect.defineProperty(Object.prototype, name, { ...descriptor, configurable: true });
  try {
    await run();
  } finally {
    Reflect.deleteProperty(Object.prototype, name);
  }
}
