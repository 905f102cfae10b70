import { charactersOf, isAcceptable, visible } from './character-class.ts';
import { ConfigurationError, TenantInvalidError } from './errors.ts';
import { Faults, kindOf } from './faults.ts';

declare const brand: unique symbol;

/** A tenant id that was checked. Only {@link parseTenantId} creates one. */
export type TenantId = string & { readonly [brand]: 'TenantId' };

/** Which tenant ids are accepted. They are defined by characters and lengths, so that isolation can be proven for all of them. */
export interface TenantIdOptions {
  /** The characters, as a regular expression's character class without its brackets: default `A-Za-z0-9_-`. A literal `-` is first or last. */
  readonly chars?: string;
  /** The minimum length: default 2. */
  readonly min?: number;
  /** The maximum length: default 64, at most 256 (the limit of a session tag). */
  readonly max?: number;
  /** The characters that may be first and last: default those of `A-Za-z0-9` that are in `chars`. */
  readonly edges?: string;
}

/** The parts of a {@link TenantIdSet}. */
interface Bounds {
  readonly chars: ReadonlySet<string>;
  readonly edges: ReadonlySet<string>;
  readonly min: number;
  readonly max: number;
}

const DEFAULTS: Bounds = { chars: charactersOf('A-Za-z0-9_-'), edges: charactersOf('A-Za-z0-9'), min: 2, max: 64 };
const LONGEST = 256;

/** What a character of an id may be, as bits of a table by character code. */
const INSIDE = 1;
const EDGE = 2;

/**
 * A set of accepted tenant ids. An id is compared as it is: never folded, trimmed or normalised. Immutable.
 *
 * INVARIANT: its characters are acceptable in a policy, so that an id needs no escape in JSON. The constructor checks it.
 */
export class TenantIdSet {
  readonly chars: ReadonlySet<string>;
  readonly edges: ReadonlySet<string>;
  readonly min: number;
  readonly max: number;
  /** A look-up by code is twice as fast as one in a Set of characters, and no change of such a Set affects it. */
  readonly #allowed: Uint8Array;

  private constructor({ chars, edges, min, max }: Bounds) {
    this.chars = chars;
    this.edges = edges;
    this.min = min;
    this.max = max;
    this.#allowed = tableOf(chars, edges);
    Object.freeze(this);
  }

  /**
   * Creates a set. Missing options have their defaults.
   *
   * @throws {@link ConfigurationError} an unknown key, a character that is always refused (`* ? $ { } " \`, spaces, all but printable ASCII), a set without ids
   */
  static from(options: TenantIdOptions = {}): TenantIdSet {
    const given = readOptions(options);
    const chars = given.chars ?? DEFAULTS.chars;
    return TenantIdSet.#checked({ ...DEFAULTS, edges: common(DEFAULTS.edges, chars), ...given, chars });
  }

  /** Whether the set has an id. */
  admits(id: string): boolean {
    if (id.length < this.min || id.length > this.max) return false;
    if (!this.#allows(id, 0, EDGE) || !this.#allows(id, id.length - 1, EDGE)) return false;
    for (let i = 1; i < id.length - 1; i += 1) if (!this.#allows(id, i, INSIDE)) return false;
    return true;
  }

  #allows(id: string, at: number, as: number): boolean {
    return ((this.#allowed[id.charCodeAt(at)] ?? 0) & as) !== 0;
  }

  /**
   * The ids of this set that also match the options. Missing options do not narrow it.
   *
   * @throws {@link ConfigurationError} options that {@link TenantIdSet.from} refuses, or that no id of the set matches
   */
  narrow(options: TenantIdOptions): TenantIdSet {
    const given = readOptions(options);
    if (Object.keys(given).length === 0) return this;
    const { chars = this.chars, edges = this.edges, min = this.min, max = this.max } = given;
    const both = common(this.chars, chars);
    return TenantIdSet.#checked({
      chars: both,
      edges: common(common(this.edges, edges), both),
      min: Math.max(this.min, min),
      max: Math.min(this.max, max),
    });
  }

  static #checked(bounds: Bounds): TenantIdSet {
    const { chars, edges, min, max } = bounds;
    const faults = new Faults();
    const outside = [...edges].filter((character) => !chars.has(character));
    if (outside.length > 0) faults.add(`\`tenantId.edges\` has ${outside.map(visible).join(' ')}, which \`tenantId.chars\` does not have`);
    if (edges.size === 0) faults.add('`tenantId` has no character that may be first and last: change its `chars` or `edges`');
    if (min > max) faults.add(`\`tenantId.min\` (${min}) is greater than \`tenantId.max\` (${max}): no id can match`);
    faults.throwIfAny();
    return new TenantIdSet(bounds);
  }
}

/** Letters, digits, `_` and `-`, a letter or a digit at both ends, 2 to 64 characters. UUIDs, ULIDs and the ids of Auth0, Clerk, WorkOS and MongoDB match. */
export const DEFAULT_TENANT_ID: TenantIdSet = TenantIdSet.from();

/**
 * Checks a tenant id. Only this function creates a {@link TenantId}, so every TenantId is safe in a policy.
 *
 * @throws {@link TenantInvalidError} not a string, or not in the set; `detail.reason` says why, without the value
 */
export function parseTenantId(claim: unknown, set: TenantIdSet = DEFAULT_TENANT_ID): TenantId {
  if (typeof claim !== 'string') throw invalid(`it is ${kindOf(claim)}, not a string`);
  if (claim.length < set.min || claim.length > set.max) throw invalid(`its length is ${claim.length}, not ${set.min} to ${set.max}`);
  if (!set.admits(claim)) throw invalid('it has a character that is not accepted, or not accepted as the first or the last');
  return claim as TenantId;
}

function tableOf(chars: ReadonlySet<string>, edges: ReadonlySet<string>): Uint8Array {
  const table = new Uint8Array(0x80);
  for (const character of chars) {
    if (!isAcceptable(character))
      throw new ConfigurationError([`\`tenantId.chars\` has ${visible(character)}, which no tenant id may have`]);
    table[character.charCodeAt(0)] = edges.has(character) ? INSIDE | EDGE : INSIDE;
  }
  return table;
}

function invalid(reason: string): TenantInvalidError {
  return new TenantInvalidError('The tenant id is not acceptable', { detail: { reason } });
}

function readOptions(options: TenantIdOptions): Partial<Bounds> {
  const faults = new Faults();
  // A regular expression has none of these keys: it would be read as the default set.
  if (Object.prototype.toString.call(options) !== '[object Object]')
    throw new ConfigurationError(["`tenantId` must be an object such as { chars: 'a-z0-9-', max: 40 }"]);
  const { chars, edges, min, max, ...unknown } = options;
  faults.noneOf('tenantId', unknown, ['chars', 'edges', 'min', 'max']);
  const bounds = {
    ...(chars === undefined ? {} : { chars: readCharacters('tenantId.chars', chars, faults) }),
    ...(edges === undefined ? {} : { edges: readCharacters('tenantId.edges', edges, faults) }),
    ...(min === undefined ? {} : { min }),
    ...(max === undefined ? {} : { max }),
  };
  if (min !== undefined) faults.integer('tenantId.min', min, { min: 1, max: LONGEST });
  if (max !== undefined) faults.integer('tenantId.max', max, { min: 1, max: LONGEST });
  faults.throwIfAny();
  return bounds;
}

function readCharacters(path: string, given: unknown, faults: Faults): ReadonlySet<string> {
  if (typeof given !== 'string' || given === '') {
    faults.add(`\`${path}\` must be a string of characters such as 'A-Za-z0-9_-', not ${given === '' ? 'empty' : kindOf(given)}`);
    return DEFAULTS.edges;
  }
  try {
    const set = charactersOf(given);
    const refused = [...set].filter((character) => !isAcceptable(character));
    if (refused.length > 0)
      faults.add(
        `\`${path}\` has ${refused.map(visible).join(' ')}, which no tenant id may have: syntax of IAM or JSON, a space, or not printable ASCII`,
      );
    return set;
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    faults.add(`\`${path}\` is not valid: ${cause.message}`);
    return DEFAULTS.edges;
  }
}

function common(a: ReadonlySet<string>, b: ReadonlySet<string>): ReadonlySet<string> {
  return new Set([...a].filter((character) => b.has(character)));
}
