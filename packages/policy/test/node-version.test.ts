import { expect, it } from 'vitest';
import { assertNodeVersion } from '../src/node-version.ts';

it.each(['22.12.0', '22.12.1', '22.13.0', '24.0.0', '26.10.0', '100.0.0'])('accepts Node.js %s', (version) => {
  expect(() => assertNodeVersion(version)).not.toThrow();
});

it.each(['22.11.9', '22.9.0', '20.20.2', '21.99.0', '18.20.8', '4.0.0', ''])('rejects Node.js "%s" with both versions', (version) => {
  expect(() => assertNodeVersion(version)).toThrow(
    `Tenant AWS needs Node.js 22.12 or later, and this is Node.js ${version}: install a later version`,
  );
});
