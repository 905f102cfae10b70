export { checkPolicy, InvalidPolicyError } from './evaluator/document.ts';
export { decide } from './evaluator/evaluate.ts';
export type { Decision, IamRequest, Policies } from './evaluator/request.ts';
