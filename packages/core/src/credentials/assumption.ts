import { Faults } from '@tenant-aws/policy';
import { isObject } from '@tenant-aws/policy/json';
import { answerFor, type PerIdentityOptions } from '../per-identity.ts';
import type { TenantIdentity } from '../tenant.ts';
import {
  defaultSessionName,
  externalIdFault,
  parseRoleArn,
  roleArnFault,
  sessionNameFault,
  sourceIdentityFault,
  tagsFault,
  transitiveTagKeysFault,
  untaggedKeys,
} from './session.ts';

/** What of AssumeRole, beside the session policy, may differ from identity to identity: read and checked. */
export interface Assumption {
  readonly roleArn: string;
  readonly partition: string;
  readonly account: string;
  readonly sessionName: string;
  readonly sourceIdentity: string | undefined;
  readonly externalId: string | undefined;
  readonly tags: Readonly<Record<string, string>>;
  readonly transitiveTagKeys: readonly string[];
}

type Name = keyof PerIdentityOptions;

/** What they answered: not yet trusted. */
export type Answers = Readonly<Partial<Record<Name, unknown>>>;

const CHECKS: readonly (readonly [Name, (value: unknown) => string | undefined])[] = [
  ['roleArn', roleArnFault],
  ['permissions', permissionsFault],
  ['variables', variablesFault],
  ['sessionName', sessionNameFault],
  ['sourceIdentity', sourceIdentityFault],
  ['externalId', externalIdFault],
  ['tags', tagsFault],
  ['transitiveTagKeys', transitiveTagKeysFault],
];

/** The names of the options that may differ from identity to identity. */
export const PER_IDENTITY: readonly Name[] = CHECKS.map(([name]) => name);

/** Asks each function once; answers at once where none of them needs time. */
export function answersFor(options: PerIdentityOptions, identity: TenantIdentity): Answers | Promise<Answers> {
  const answers: [Name, unknown][] = [];
  try {
    for (const [name] of CHECKS) answers.push([name, answerFor<unknown>(options[name], identity)]);
  } catch (error) {
    for (const [, answer] of answers) if (answer instanceof Promise) answer.catch(() => undefined); // only the first failure is told
    throw error;
  }
  if (!answers.some(([, answer]) => answer instanceof Promise)) return Object.fromEntries(answers);
  return Promise.all(answers.map(async ([name, answer]) => [name, await answer] as const)).then((settled) => Object.fromEntries(settled));
}

/** Notes what is wrong with the options that are the same for every identity. */
export function checkConstants(options: Answers, faults: Faults): void {
  const constants = Object.fromEntries(Object.entries(options).filter(([, value]) => typeof value !== 'function'));
  const asked = PER_IDENTITY.filter((name) => typeof options[name] !== 'function');
  check(constants, asked, faults);
}

/** @throws {@link ConfigurationError} a function option answered what it may not */
export function parseAssumption(answers: Answers, tenantId: string): Assumption {
  const faults = new Faults();
  check(answers, PER_IDENTITY, faults);
  faults.throwIfAny();
  const { roleArn, sessionName, sourceIdentity, externalId, tags = {}, transitiveTagKeys = [] } = answers as Checked;
  const { partition, account } = parseRoleArn(roleArn) ?? { partition: '', account: '' };
  return {
    roleArn,
    partition,
    account,
    sourceIdentity,
    externalId,
    sessionName: sessionName ?? defaultSessionName(tenantId),
    tags: { ...tags },
    transitiveTagKeys: [...transitiveTagKeys],
  };
}

/** Answers without a fault. */
interface Checked {
  readonly roleArn: string;
  readonly sessionName?: string;
  readonly sourceIdentity?: string;
  readonly externalId?: string;
  readonly tags?: Readonly<Record<string, string>>;
  readonly transitiveTagKeys?: readonly string[];
}

function check(answers: Answers, asked: readonly Name[], faults: Faults): void {
  let sound = true;
  for (const [name, faultOf] of CHECKS) {
    const fault = asked.includes(name) ? faultOf(answers[name]) : undefined;
    if (fault === undefined) continue;
    faults.option(name, fault);
    sound = false;
  }
  if (!sound || !asked.includes('tags') || !asked.includes('transitiveTagKeys')) return;
  const { tags = {}, transitiveTagKeys = [] } = answers as Partial<Checked>;
  for (const key of untaggedKeys(transitiveTagKeys, tags))
    faults.option('transitiveTagKeys', `has \`${key}\`, which \`tags\` does not have`);
}

/** Only the outer form: what is in it is judged against the library. */
function permissionsFault(value: unknown): string | undefined {
  if (typeof value === 'object' && value !== null) return undefined;
  return value === undefined
    ? 'is missing: name at least one permission template'
    : `must be a list of permission templates, not a ${typeof value}`;
}

function variablesFault(value: unknown): string | undefined {
  if (value === undefined || isObject(value)) return undefined;
  return "must be an object such as { bucket: 'notes' }";
}
