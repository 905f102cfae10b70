import { runSimulation } from '@cloud-copilot/iam-simulate';
import type { Decision, IamRequest, Policies } from '../../src/evaluator/index.ts';

const ACCOUNT = '111122223333';
const DECISIONS: ReadonlyMap<string, Decision['decision']> = new Map([
  ['Allowed', 'allow'],
  ['ExplicitlyDenied', 'explicit-deny'],
  ['ImplicitlyDenied', 'implicit-deny'],
]);

/**
 * Returns the decision of iam-simulate, an independent evaluator. It runs as a black box, because its licence is the AGPL: do not read its
 * source. A request that it rejects throws, so that an error is never taken for a denial.
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
