import type { TestProject } from 'vitest/node';
import { startRegistry } from './registry.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The URL of the registry that has the packed packages. */
    registry: string;
  }
}

/** Packs the packages once for all test files. */
export async function setup({ provide }: TestProject): Promise<() => Promise<void>> {
  const registry = await startRegistry();
  provide('registry', registry.url);
  return () => registry.close();
}
