import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import type { LocalAws, LocalAwsOptions } from '../../src/index.ts';
import { assume, type ClientKeys, clientConfig, ROLE_ARN, start } from '../start-aws.ts';

/** A role with all permissions for queues and topics. Session policies restrict it. */
const policy = { Version: '2012-10-17', Statement: { Effect: 'Allow', Action: ['sqs:*', 'sns:*'], Resource: '*' } } as const;

export function startMessaging(options: Partial<LocalAwsOptions>): Promise<LocalAws> {
  return start({ roles: { [ROLE_ARN]: { policy } }, ...options });
}

export function sqsClient(aws: LocalAws, keys: ClientKeys = aws.admin): SQSClient {
  return new SQSClient(clientConfig(aws, keys));
}

export function snsClient(aws: LocalAws, keys: ClientKeys = aws.admin): SNSClient {
  return new SNSClient(clientConfig(aws, keys));
}

/** The credentials of a session whose policy allows these actions on this resource. */
export function session(aws: LocalAws, Action: readonly string[], Resource: string): Promise<Required<ClientKeys>> {
  const Policy = JSON.stringify({ Version: '2012-10-17', Statement: { Effect: 'Allow', Action, Resource } });
  return assume(aws, { Policy });
}
