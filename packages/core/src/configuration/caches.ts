import type { Faults } from '@tenant-aws/policy';
import type { ClientsSettings } from '../clients/client-cache.ts';
import type { Naming } from '../credentials/assumption.ts';
import type { CacheSettings } from '../credentials/entry-cache.ts';
import type { CacheOptions, ClientsOptions } from './options.ts';

/** lru-cache reserves room for all of them at once. */
const MOST_ENTRIES = 1_000_000;

export function readCacheOptions(given: unknown, durationSeconds: number, naming: Naming, faults: Faults): CacheSettings {
  const { max = 10_000, minimumRemainingMs = 60_000, errorTtlMs = 2_000, ...unknown }: CacheOptions = groupOf('cache', given, faults);
  faults.noneOf('cache', unknown, ['max', 'minimumRemainingMs', 'errorTtlMs']);
  faults.integer(naming('cache.max'), max, { min: 1, max: MOST_ENTRIES });
  // More than half would renew credentials before they are half used, at every call. A wrong duration is a fault of its own.
  const longest = durationSeconds >= 900 ? durationSeconds * 500 : 900 * 500;
  faults.integer('cache.minimumRemainingMs', minimumRemainingMs, { min: 0, max: longest });
  faults.integer('cache.errorTtlMs', errorTtlMs, { min: 0, max: 600_000 });
  return { max, minimumRemainingMs, errorTtlMs };
}

export function readClientsOptions(given: unknown, faults: Faults): ClientsSettings {
  const { max = 1_000, maxSockets = 200, ...unknown }: ClientsOptions = groupOf('clients', given, faults);
  faults.noneOf('clients', unknown, ['max', 'maxSockets']);
  faults.integer('clients.max', max, { min: 1, max: MOST_ENTRIES });
  faults.integer('clients.maxSockets', maxSockets, { min: 1, max: 65_535 });
  return { max, maxSockets };
}

function groupOf(path: string, given: unknown, faults: Faults): object {
  if (typeof given === 'object' && given !== null && !Array.isArray(given)) return given;
  faults.add(`\`${path}\` must be an object such as { max: 1_000 }`);
  return {};
}
