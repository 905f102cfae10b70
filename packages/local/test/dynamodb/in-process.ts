import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { dynamodbService } from '../../src/services/dynamodb/index.ts';
import type { TableDefinition } from '../../src/services/dynamodb/table-definition.ts';
import { type Alone, serviceAlone, tenantSession } from '../service-alone.ts';

/** A real client on one side, the questions to IAM on the other. */
export interface InProcess extends Omit<Alone, 'send'> {
  readonly client: DynamoDBClient;
  /** Sends bytes as they are. */
  send(
    target: string,
    body: string | Buffer,
    more?: { readonly headers?: Readonly<Record<string, string>>; readonly path?: string; readonly method?: string },
  ): Promise<{ readonly status: number; readonly headers: Readonly<Record<string, string>>; readonly body: Record<string, unknown> }>;
}

export async function inProcess(tables: readonly TableDefinition[] = []): Promise<InProcess> {
  const { account, region } = tenantSession;
  const now = new Date('2026-03-01T00:00:00Z');
  const alone = serviceAlone(await dynamodbService({ account, region, tables, clock: () => now.getTime() }), tenantSession, now);
  const send = alone.send.bind(alone);
  return Object.assign(alone, {
    client: clientOf(send),
    async send(target: string, bytes: string | Buffer, more: Parameters<InProcess['send']>[2] = {}) {
      const headers = { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': target, ...more.headers };
      const { body, ...rest } = await send(headers, bytes, more);
      return { ...rest, body: JSON.parse(body.toString()) as Record<string, unknown> };
    },
  });
}

function clientOf(send: Alone['send']): DynamoDBClient {
  return new DynamoDBClient({
    region: tenantSession.region,
    credentials: { accessKeyId: tenantSession.accessKeyId, secretAccessKey: 'secret', sessionToken: 'token' },
    maxAttempts: 1,
    requestHandler: {
      async handle({ method, path, headers, body }: { method: string; path: string; headers: Record<string, string>; body: unknown }) {
        const bytes = body instanceof Uint8Array ? Buffer.copyBytesFrom(body) : String(body);
        const { status, headers: sent, body: answer } = await send(headers, bytes, { method, path });
        return { response: { statusCode: status, headers: sent, body: new Uint8Array(answer) } } as never;
      },
    },
  });
}
