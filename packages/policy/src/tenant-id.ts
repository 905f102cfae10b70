import { TenantInvalidError } from './errors.ts';
import { Faults, kindOf } from './faults.ts';
import { isAcceptable } from './refused-characters.ts';

declare const brand: unique symbol;

/** A tenant id that was checked: only {@link parseTenantId} makes one. */
export type TenantId = string & { readonly [brand]: 'TenantId' };

/** Which tenant ids are accepted: a character set and lengths, so that isolation can be proven for all of them. */
export interface TenantIdOptions {
  /** The characters, as a regular expression's class without its brackets: `A-Za-z0-9_-`. A `-` that means itself stands first or last. */
  readonly chars?: string;
  /** The fewest characters: default 2. */
  readonly min?: number;
  /** The most characters: default 64, at most 256 (the longest value of a session tag). */
  readonly max?: number;
  /** The characters that may stand first and last: default those of `A-Za-z0-9` that `chars` has. */
  readonly edges?: string;
}

const DEFAULTS = { chars: 'A-Za-z0-9_-', min: 2, max: 64, edges: 'A-Za-z0-9' } as const;
const LONGEST = 256;

/** A set of acceptable tenant ids. Ids are judged as they are: never folded, trimmed or normalised. */
export class TenantIdSet {
  readonly chars: ReadonlySet<string>;
  readonly edges: ReadonlySet<string>;
  readonly min: number;
  readonly max: number;

  private constructor({ chars, edges, min, max }: Pick<TenantIdSet, 'chars' | 'edges' | 'min' | 'max'>) {
    this.chars = chars;
    this.edges = edges;
    this.min = min;
    this.max = max;
    Object.freeze(this);
  }

  /**
   * A set of its own: what is not given is the default's.
   *
   * @throws {@link ConfigurationError} an unknown key, a character that is refused always (`* ? $ { } " \` and whatever is not printable ASCII), an empty set
   */
  static from(options: TenantIdOptions = {}): TenantIdSet {
    const faults = new Faults();
    const { min = DEFAULTS.min, max = DEFAULTS.max, ...given } = readOptions(options, faults);
    const chars = given.chars ?? characters(DEFAULTS.chars);
    const set = { chars, edges: given.edges ?? common(characters(DEFAULTS.edges), chars), min, max };
    judge(set, faults);
    faults.throwIfAny();
    return new TenantIdSet(set);
  }

  /** Whether an id is of this set. */
  admits(id: string): boolean {
    if (id.length < this.min || id.length > this.max) return false;
    if (!this.edges.has(id.charAt(0)) || !this.edges.has(id.charAt(id.length - 1))) return false;
    for (const character of id) if (!this.chars.has(character)) return false;
    return true;
  }

  /**
   * The ids that both sets admit.
   *
   * @throws {@link ConfigurationError} there are none
   */
  intersect({ chars, edges, min, max }: TenantIdSet): TenantIdSet {
    return this.#narrowed({ chars, edges, min, max });
  }

  /**
   * The ids of this set that the options admit too; what is not given narrows nothing.
   *
   * @throws {@link ConfigurationError} options that {@link TenantIdSet.from} refuses, or that leave no id
   */
  narrow(options: TenantIdOptions): TenantIdSet {
    const faults = new Faults();
    const given = readOptions(options, faults);
    faults.throwIfAny();
    return this.#narrowed(given);
  }

  #narrowed({ chars = this.chars, edges = this.edges, min = this.min, max = this.max }: Bounds): TenantIdSet {
    const both = common(this.chars, chars);
    const set = { chars: both, edges: common(common(this.edges, edges), both), min: Math.max(this.min, min), max: Math.min(this.max, max) };
    const faults = new Faults();
    judge(set, faults);
    faults.throwIfAny();
    return new TenantIdSet(set);
  }
}

/** Letters, digits, `_` and `-`, a letter or digit at either end, 2 to 64 of them: the ids of Auth0, Clerk, WorkOS, MongoDB, UUID and ULID are such. */
export const DEFAULT_TENANT_ID: TenantIdSet = TenantIdSet.from();

/**
 * The only maker of a {@link TenantId}: whoever holds one may put it into a policy.
 *
 * @throws {@link TenantInvalidError} not a string, or not of the set; `detail.reason` says why, without the value
 */
export function parseTenantId(claim: unknown, set: TenantIdSet = DEFAULT_TENANT_ID): TenantId {
  if (typeof claim !== 'string') throw invalid(`it is ${kindOf(claim)}, not a string`);
  if (claim.length < set.min || claim.length > set.max) throw invalid(`its length is ${claim.length}, not ${set.min} to ${set.max}`);
  if (!set.admits(claim)) throw invalid('it has a character that is not accepted, or not accepted first or last');
  return claim as TenantId;
}

function invalid(reason: string): TenantInvalidError {
  return new TenantInvalidError('The tenant id is not acceptable', { detail: { reason } });
}

interface Bounds {
  readonly chars?: ReadonlySet<string> | undefined;
  readonly edges?: ReadonlySet<string> | undefined;
  readonly min?: number | undefined;
  readonly max?: number | undefined;
}

function readOptions(options: TenantIdOptions, faults: Faults): Bounds {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    faults.add(`\`tenantId\` must be an object such as { chars: 'a-z0-9-' }, not ${kindOf(options)}`);
    return {};
  }
  const { chars, edges, min, max, ...unknown } = options;
  faults.noneOf('tenantId', unknown, ['chars', 'edges', 'min', 'max']);
  if (min !== undefined) faults.integer('tenantId.min', min, { min: 1, max: LONGEST });
  if (max !== undefined) faults.integer('tenantId.max', max, { min: 1, max: LONGEST });
  return { chars: readCharacters('tenantId.chars', chars, faults), edges: readCharacters('tenantId.edges', edges, faults), min, max };
}

function readCharacters(path: string, given: unknown, faults: Faults): ReadonlySet<string> | undefined {
  if (given === undefined) return undefined;
  if (typeof given !== 'string') {
    faults.add(`\`${path}\` must be a string such as 'A-Za-z0-9_-', not ${kindOf(given)}`);
    return undefined;
  }
  const set = characters(given);
  if (set.size === 0) faults.add(`\`${path}\` has no character, or a range that runs backwards`);
  const refused = [...set].filter((character) => !isAcceptable(character));
  if (refused.length > 0)
    faults.add(`\`${path}\` has ${refused.map(visible).join(' ')}: no tenant id may hold that, for it is syntax or not printable ASCII`);
  return set;
}

/** `a-z0-9_-` → its characters; empty where a range runs backwards. */
function characters(given: string): ReadonlySet<string> {
  const set = new Set<string>();
  const points = Array.from(given);
  for (let i = 0; i < points.length; i++) {
    const [first, dash, last] = [points[i] ?? '', points[i + 1], points[i + 2]];
    if (dash !== '-' || last === undefined) {
      set.add(first);
      continue;
    }
    const [from, to] = [first.codePointAt(0) ?? 0, last.codePointAt(0) ?? 0];
    if (from > to) return new Set();
    for (let point = from; point <= Math.min(to, from + 0x7f); point++) set.add(String.fromCodePoint(point));
    if (to > from + 0x7f) set.add(last);
    i += 2;
  }
  return set;
}

function judge({ chars, edges, min, max }: Required<Bounds>, faults: Faults): void {
  if (min !== undefined && max !== undefined && min > max)
    faults.add(`\`tenantId.min\` (${min}) is over \`tenantId.max\` (${max}): no id is left`);
  const strays = [...(edges ?? [])].filter((character) => !chars?.has(character));
  if (strays.length > 0) faults.add(`\`tenantId.edges\` has ${strays.map(visible).join(' ')}, which \`tenantId.chars\` has not`);
  if (edges?.size === 0) faults.add('`tenantId` leaves no character to begin or end with: give `edges`');
}

function common(a: ReadonlySet<string>, b: ReadonlySet<string>): ReadonlySet<string> {
  return new Set([...a].filter((character) => b.has(character)));
}

function visible(character: string): string {
  return character > ' ' && character <= '~'
    ? `\`${character}\``
    : `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
}
