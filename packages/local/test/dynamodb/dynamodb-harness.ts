import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { dynamodbService } from '../../src/services/dynamodb/index.ts';
import type { TableDefinition } from '../../src/services/dynamodb/table-definition.ts';
import { type ServiceHarness, serviceHarness, tenantSession } from '../service-harness.ts';

/** A DynamoDB in this process with an SDK client. It records the IAM requests. */
export interface DynamoDbHarness extends Omit<ServiceHarness, 'send'> {
  readonly client: DynamoDBClient;
  /** Sends a body unchanged. */
  send(
    target: string,
    body: string | Buffer,
    more?: { readonly headers?: Readonly<Record<string, string>>; readonly path?: string; readonly method?: string },
  ): Promise<{ readonly status: number; readonly headers: Readonly<Record<string, string>>; readonly body: Record<string, unknown> }>;
}

export async function dynamodbHarness(tables: readonly TableDefinition[] = []): Promise<DynamoDbHarness> {
  const { account, region } = tenantSession;
  const now = new Date('2026-03-01T00:00:00Z');
  const harness = serviceHarness(await dynamodbService({ account, region, tables, clock: () => now.getTime() }), tenantSession, now);
  const send = harness.send.bind(harness);
  return Object.assign(harness, {
    client: clientOf(send),
    async send(target: string, bytes: string | Buffer, more: Parameters<DynamoDbHarness['send']>[2] = {}) {
      const headers = { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': target, ...more.headers };
      const { body, ...rest } = await send(headers, bytes, more);
      return { ...rest, body: JSON.parse(body.toString() || '{}') as Record<string, unknown> };
    },
  });
}

function clientOf(send: ServiceHarness['send']): DynamoDBClient {
  return new DynamoDBClient({
    region: tenantSession.region,
    credentials: { accessKeyId: tenantSession.accessKeyId, secretAccessKey: 'secret', sessionToken: 'token' },
    maxAttempts: 1,
    requestHandler: {
      async handle({ method, path, headers, body }: { method: string; path: string; headers: Record<string, string>; body: unknown }) {
        const bytes = body instanceof Uint8Array ? Buffer.copyBytesFrom(body) : String(body);
        const response = await send(headers, bytes, { method, path });
        return { response: { statusCode: response.status, headers: response.headers, body: new Uint8Array(response.body) } } as never;
      },
    },
  });
}
