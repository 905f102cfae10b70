import { isObject } from '@tenant-aws/policy/json';
import type { TokenDigest } from './verified-tokens.ts';

interface LastToken {
  header: string;
  digest: TokenDigest;
}

/**
 * The header of the verified token that each connection sent last, with the token's digest. A client that keeps its connection
 * sends the same header again, and comparing two headers costs a tenth of hashing one.
 *
 * It only saves the hash: the digest must still be found in the cache of verified tokens. A header is kept as long as its
 * connection at most, and no longer than until another token comes.
 */
export class LastTokens {
  readonly #last = new WeakMap<object, LastToken>();

  /** The digest of the token in this header, if the connection sent it last. */
  find(connection: unknown, header: string): TokenDigest | undefined {
    const last = this.#last.get(connection as object);
    return last?.header === header ? last.digest : undefined;
  }

  /** @param connection the socket; without one, nothing is kept */
  keep(connection: unknown, header: string, digest: TokenDigest): void {
    if (!isObject(connection)) return;
    const last = this.#last.get(connection);
    if (last === undefined) return void this.#last.set(connection, { header, digest });
    last.header = header;
    last.digest = digest;
  }
}
