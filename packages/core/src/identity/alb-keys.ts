import { createPublicKey, type KeyObject } from 'node:crypto';
import { boundedMap } from '../bounded-map.ts';
import { type Clock, type Instant, systemClock } from '../clock.ts';
import { KeysUnavailableError, TokenInvalidError } from '../errors.ts';
import { keyFault } from './algorithm.ts';
import { elapsed } from './elapsed.ts';
import { fetchText, refusedStatus } from './fetch-document.ts';

/** A key of this age is fetched again before it is used, unless the latest fetch failed: a withdrawn key must not be accepted. */
const FRESH_MS = 3_600_000;
/** How long a key is used while it cannot be fetched again. */
const STALE_MS = 86_400_000;
/** The maximum number of fetches for unknown key ids in this time. */
const MAX_UNKNOWN = 10;
const UNKNOWN_WINDOW_MS = 30_000;
/** How long a key id that does not exist is remembered. */
const MISSING_MS = 30_000;
/** The time after a failed fetch until the same key is requested again. */
const FAILURE_PAUSE_MS = 3_000;
const FETCH_MS = 5_000;
/** A public key on P-256 has 178 bytes in PEM. */
const MAX_BYTES = 8_192;
const MAX_KEYS = 1_000;
/** No key has this id. */
const NIL = '00000000-0000-0000-0000-000000000000';
const PEM = /^\s*-----BEGIN PUBLIC KEY-----[A-Za-z0-9+/=\s]+-----END PUBLIC KEY-----\s*$/;

interface Failure {
  readonly reason: unknown;
  readonly at: Instant;
}

/** A key, when it was fetched, and the failure of the latest fetch. */
interface KnownKey {
  readonly key: KeyObject;
  readonly at: Instant;
  readonly failure?: Failure | undefined;
}

/** Why there is no key: none has this id, or the fetch failed. */
type Absence = { readonly missingAt: Instant } | { readonly failure: Failure };

export interface AlbKeysOptions {
  /** Without a slash at the end. */
  readonly url: string;
  readonly clock?: Clock;
  readonly fetchMs?: number;
}

/**
 * The public keys of the load balancers of a Region, each at its own address. A known key is returned immediately. All unknown key ids
 * together cause at most ten fetches in 30 seconds, so that forged tokens cannot cause more. Concurrent requests for one id share a fetch.
 */
export class AlbKeys {
  readonly #options: Required<AlbKeysOptions>;
  readonly #closing = new AbortController();
  readonly #known = boundedMap<KnownKey>(MAX_KEYS);
  /** Apart from the known keys, so that unknown ids do not evict one. */
  readonly #absent = boundedMap<Absence>(MAX_KEYS);
  readonly #pending = new Map<string, Promise<KeyObject>>();
  /** The times of the fetches for unknown ids, the earliest first. */
  #unknownFetches: readonly Instant[] = [];

  constructor({ clock = systemClock, fetchMs = FETCH_MS, url }: AlbKeysOptions) {
    this.#options = { clock, fetchMs, url };
  }

  /**
   * @param id a UUID in lower case: it becomes a part of an address
   * @throws {@link TokenInvalidError} no key has this id
   * @throws {@link KeysUnavailableError} the key cannot be fetched, or too many unknown ids were requested: the key may exist
   */
  find(id: string): KeyObject | Promise<KeyObject> {
    const now = this.#options.clock.now();
    const known = this.#known.get(id);
    if (known === undefined) return this.#findUnknown(id, now);
    const age = elapsed(known.at, now);
    if (age < FRESH_MS) return known.key;
    // Not limited, because only keys of load balancers are known, and each is fetched again once an hour.
    if (known.failure === undefined) return this.#fetchOnce(id);
    if (age >= STALE_MS) return isPaused(known.failure, now) ? Promise.reject(unavailable(known.failure.reason)) : this.#fetchOnce(id);
    // While the server is unreachable, no request waits for it.
    if (!isPaused(known.failure, now)) this.#fetchOnce(id).catch(() => undefined);
    return known.key;
  }

  /** Checks that the server of the keys responds. There is no list of its keys. */
  async ready(): Promise<void> {
    try {
      await this.#fetchText(NIL);
    } catch (error) {
      if (![403, 404].includes(refusedStatus(error) ?? 0)) throw unavailable(error);
    }
  }

  /** Aborts every fetch in progress. Nothing is fetched after it. */
  close(): void {
    this.#closing.abort();
  }

  async #findUnknown(id: string, now: Instant): Promise<KeyObject> {
    const absence = this.#absent.get(id);
    if (absence !== undefined && 'missingAt' in absence && elapsed(absence.missingAt, now) < MISSING_MS) throw missing();
    if (absence !== undefined && 'failure' in absence && isPaused(absence.failure, now)) throw unavailable(absence.failure.reason);
    if (!this.#pending.has(id)) this.#countUnknown(now);
    return this.#fetchOnce(id);
  }

  /** @throws {@link KeysUnavailableError} another fetch would exceed the maximum */
  #countUnknown(now: Instant): void {
    const recent = this.#unknownFetches.filter((at) => elapsed(at, now) < UNKNOWN_WINDOW_MS);
    const [first] = recent;
    if (first !== undefined && recent.length >= MAX_UNKNOWN)
      throw new KeysUnavailableError({
        detail: { reason: `${MAX_UNKNOWN} unknown key ids were requested in ${UNKNOWN_WINDOW_MS / 1_000} seconds` },
        retryAfterSeconds: (UNKNOWN_WINDOW_MS - elapsed(first, now)) / 1_000,
      });
    this.#unknownFetches = [...recent, now];
  }

  #fetchOnce(id: string): Promise<KeyObject> {
    const pending = this.#pending.get(id) ?? this.#fetch(id).finally(() => this.#pending.delete(id));
    this.#pending.set(id, pending);
    return pending;
  }

  async #fetch(id: string): Promise<KeyObject> {
    const { clock, url } = this.#options;
    try {
      const key = readKey(await this.#fetchText(id), `${url}/${id}`);
      this.#absent.delete(id);
      this.#known.set(id, { key, at: clock.now() });
      return key;
    } catch (reason) {
      return this.#recordFailure(id, reason, clock.now());
    }
  }

  /** A known key remains usable if the server is unreachable, and is removed if the server does not have it any more. */
  #recordFailure(id: string, reason: unknown, at: Instant): KeyObject {
    if (refusedStatus(reason) === 404) {
      this.#known.delete(id);
      this.#absent.set(id, { missingAt: at });
      throw missing();
    }
    const failure = { reason, at };
    const known = this.#known.get(id);
    if (known === undefined) this.#absent.set(id, { failure });
    else this.#known.set(id, { ...known, failure });
    if (known === undefined || elapsed(known.at, at) >= STALE_MS) throw unavailable(reason);
    return known.key;
  }

  #fetchText(id: string): Promise<string> {
    const { url, fetchMs } = this.#options;
    const signal = AbortSignal.any([this.#closing.signal, AbortSignal.timeout(fetchMs)]);
    return fetchText(new URL(`${url}/${id}`), signal, { accept: '*/*', maxBytes: MAX_BYTES });
  }
}

function isPaused(failure: Failure, now: Instant): boolean {
  return elapsed(failure.at, now) < FAILURE_PAUSE_MS;
}

/** @throws Error the text is not a public key for ES256 in PEM. The message does not quote it */
function readKey(text: string, address: string): KeyObject {
  const key = PEM.test(text) ? publicKeyOf(text) : undefined;
  if (key === undefined) throw new Error(`${address} responded with a body that is not a public key in PEM`);
  const fault = keyFault(key, 'ES256');
  if (fault !== undefined) throw new Error(`${address} responded with a key that does not fit: ES256 ${fault}`);
  return key;
}

function publicKeyOf(pem: string): KeyObject | undefined {
  try {
    return createPublicKey(pem);
  } catch {
    return undefined;
  }
}

function missing(): TokenInvalidError {
  return new TokenInvalidError('signed with a key that does not exist');
}

function unavailable(cause: unknown): KeysUnavailableError {
  return new KeysUnavailableError({ detail: { reason: cause instanceof Error ? cause.message : 'unknown' }, cause });
}
