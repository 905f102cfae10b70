import { runSimulation } from '@cloud-copilot/iam-simulate';
import type { Decision, IamRequest, Policies } from '../../src/evaluator/index.ts';

const ACCOUNT = '111122223333';
const DECISIONS: ReadonlyMap<string, Decision['decision']> = new Map([
  ['Allowed', 'allow'],
  ['ExplicitlyDenied', 'explicit-deny'],
  ['ImplicitlyDenied', 'implicit-deny'],
]);

/**
 * What iam-simulate, an independent evaluator, decides. It is run as a black box: its licence is the AGPL and its source stays closed.
 * Whatever it refuses to judge is thrown, so that no error can pass for a denial.
 */
export async function simulate(
  { action, resource, context }: IamRequest,
  { role, session }: Pick<Policies, 'role'> & { session?: object },
): Promise<Decision['decision']> {
  const contextVariables = Object.fromEntries(
    Object.entries(context).map(([key, value]) => [key, typeof value === 'string' ? value : [...value]]),
  );
  const response = await runSimulation(
    {
      request: {
        action,
        principal: `arn:aws:iam::${ACCOUNT}:role/tenant`,
        resource: { resource, accountId: ACCOUNT },
        contextVariables,
      },
      identityPolicies: role.map((policy, at) => ({ name: `role${at}`, policy })),
      serviceControlPolicies: [],
      resourceControlPolicies: [],
      ...(session && { sessionPolicy: session }),
    },
    {},
  );
  if (response.resultType === 'error') throw new Error(`not simulated: ${JSON.stringify(response)}`);
  const decision = DECISIONS.get(response.overallResult);
  if (!decision) throw new Error(`an unknown result: ${response.overallResult}`);
  return decision;
}
