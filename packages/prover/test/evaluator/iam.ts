import type { Condition, PolicyDocument, Statement } from '@tenant-aws/policy';
import type { Decision, IamRequest } from '../../src/evaluator/index.ts';
import { decide } from '../../src/evaluator/index.ts';

export const TABLE = 'arn:aws:dynamodb:us-east-1:111122223333:table/orders';

/** A document of the current version. */
export function policy(...statements: Statement[]): PolicyDocument {
  return { Version: '2012-10-17', Statement: statements };
}

export function allow(Action: string | string[], Resource: string | string[] = '*', condition?: Condition): Statement {
  return { Effect: 'Allow', Action, Resource, ...(condition && { Condition: condition }) };
}

export function deny(Action: string | string[], Resource: string | string[] = '*', condition?: Condition): Statement {
  return { ...allow(Action, Resource, condition), Effect: 'Deny' };
}

export function request(action: string, resource: string, context: IamRequest['context'] = {}): IamRequest {
  return { action, resource, context };
}

export function getObject(path: string, context: IamRequest['context'] = {}): IamRequest {
  return request('s3:GetObject', `arn:aws:s3:::${path}`, context);
}

export function listBucket(context: IamRequest['context'] = {}): IamRequest {
  return request('s3:ListBucket', 'arn:aws:s3:::b', context);
}

export function getItem(context: IamRequest['context'] = {}): IamRequest {
  return request('dynamodb:GetItem', TABLE, context);
}

/** The decision of the statements as the only policy. */
export function decision(iamRequest: IamRequest, ...statements: Statement[]): Decision['decision'] {
  return decide(iamRequest, { role: [policy(...statements)] }).decision;
}

/** Whether a condition is true for a context. */
export function matches(condition: Condition, context: IamRequest['context'], version: PolicyDocument['Version'] = '2012-10-17'): boolean {
  const document: PolicyDocument = { Version: version, Statement: allow('*', '*', condition) };
  return decide(request('s3:GetObject', 'arn:aws:s3:::b/k', context), { role: [document] }).decision === 'allow';
}
