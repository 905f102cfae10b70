export { checkPolicy, InvalidPolicyError } from './document.ts';
export { decide } from './evaluate.ts';
export { matchesGlob } from './glob.ts';
export { foldCase } from './letter-case.ts';
export type { Decision, IamRequest, Policies } from './request.ts';
