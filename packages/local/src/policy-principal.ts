type OneOrMany = string | readonly string[];

/** What a policy can name a caller by. */
export interface NamedCaller {
  readonly arn: string;
  readonly account: string;
  readonly session?: { readonly roleArn: string };
}

/** Whom a statement of a resource's policy names. A service or a canonical user is accepted, and is no caller of the local AWS. */
export type PolicyPrincipal =
  | '*'
  | {
      readonly AWS?: OneOrMany;
      readonly Federated?: OneOrMany;
      readonly Service?: OneOrMany;
      readonly CanonicalUser?: OneOrMany;
    };

/** The elements with which a statement of a resource's policy, such as a role's trust policy, names principals. */
export interface PrincipalElements {
  readonly Principal?: PolicyPrincipal;
  /** Instead of `Principal`, in a statement with the effect Deny: it applies to all other principals. */
  readonly NotPrincipal?: PolicyPrincipal;
}

const KINDS = ['AWS', 'Federated', 'Service', 'CanonicalUser'] as const;

/** Whether a statement applies to a caller. */
export function appliesTo({ Principal, NotPrincipal }: PrincipalElements, caller: NamedCaller): boolean {
  return NotPrincipal === undefined ? names(Principal, caller) : !exempts(NotPrincipal, caller);
}

/** @see AWS IAM User Guide, "AWS JSON policy elements: Principal" */
function names(principal: PolicyPrincipal | undefined, caller: NamedCaller): boolean {
  return isEverybody(principal) || identitiesOf(caller).some((name) => namesOf(principal, 'AWS').includes(name));
}

/**
 * Whether a Deny with `NotPrincipal` spares a caller: it must name every identity of the caller, its account included.
 *
 * @see AWS IAM User Guide, "AWS JSON policy elements: NotPrincipal"
 */
function exempts(principal: PolicyPrincipal, caller: NamedCaller): boolean {
  const given = namesOf(principal, 'AWS').map((name) => (name === caller.account ? rootOf(caller) : name));
  return isEverybody(principal) || identitiesOf(caller).every((name) => name === caller.account || given.includes(name));
}

function identitiesOf(caller: NamedCaller): readonly string[] {
  return [caller.arn, caller.account, rootOf(caller), ...(caller.session ? [caller.session.roleArn] : [])];
}

function rootOf({ account }: NamedCaller): string {
  return `arn:aws:iam::${account}:root`;
}

/** AWS treats `"*"` and `{ "AWS": "*" }` as equal. */
export function isEverybody(principal: PolicyPrincipal | undefined): boolean {
  return principal === '*' || namesOf(principal, 'AWS').includes('*');
}

/** The names of one kind. */
export function namesOf(principal: PolicyPrincipal | undefined, kind: keyof Exclude<PolicyPrincipal, '*'>): readonly string[] {
  return principal === undefined || principal === '*' ? [] : listOf(principal[kind]);
}

/** What is wrong with the principals of a statement. One sentence for each fault. */
export function principalFaults({ Effect, Principal, NotPrincipal }: PrincipalElements & { readonly Effect?: unknown }): string[] {
  const faults: string[] = [];
  const principal = NotPrincipal ?? Principal;
  if ((Principal === undefined) === (NotPrincipal === undefined)) faults.push('a statement needs a `Principal` or a `NotPrincipal`');
  else if (!isPrincipal(principal)) faults.push(`a statement needs a \`Principal\` of ${KINDS.map((kind) => `\`${kind}\``).join(', ')}`);
  else if (hasWildcard(principal)) faults.push('a `Principal` can have the wildcard `*` only as a whole name, and only under `AWS`');
  // IAM User Guide, "AWS JSON policy elements: NotPrincipal".
  if (NotPrincipal !== undefined && Effect !== 'Deny') faults.push('`NotPrincipal` needs the effect `Deny`');
  return faults;
}

function isPrincipal(principal: unknown): boolean {
  if (typeof principal !== 'object' || principal === null) return principal === '*';
  const kinds = Object.entries(principal);
  return kinds.length > 0 && kinds.every(([kind, given]) => KINDS.some((known) => known === kind) && isNames(given));
}

/** AWS refuses such a name. The local AWS would never match it, so that a Deny with it would have no effect. */
function hasWildcard(principal: PolicyPrincipal | undefined): boolean {
  return KINDS.flatMap((kind) => namesOf(principal, kind).filter((name) => kind !== 'AWS' || name !== '*')).some((name) =>
    /[*?]/.test(name),
  );
}

function isNames(given: unknown): boolean {
  return typeof given === 'string' || (Array.isArray(given) && given.every((name) => typeof name === 'string'));
}

/** Policies may write a list of one element without brackets. Returns a list in both cases, and an empty one for undefined. */
export function listOf<T>(value: T | readonly T[] | undefined): readonly T[] {
  if (value === undefined) return [];
  return isList(value) ? value : [value];
}

/** `Array.isArray`, which does not narrow the type of a readonly array. */
export function isList<T>(value: T | readonly T[]): value is readonly T[] {
  return Array.isArray(value);
}
