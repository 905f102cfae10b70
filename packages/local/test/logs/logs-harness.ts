import { logsService } from '../../src/services/logs/index.ts';
import { type ServiceHarness, serviceHarness } from '../service-harness.ts';

export interface LogsHarness {
  readonly harness: ServiceHarness;
  /** The result of an operation, or its error code in `__type`. */
  send(operation: string, input: unknown): Promise<{ readonly status: number; readonly result: Record<string, unknown> }>;
}

/** A service with the log groups `app` and `audit`. */
export function logsHarness(): LogsHarness {
  const now = new Date('2026-03-01T00:00:00Z');
  const scope = { account: '000000000000', region: 'us-east-1' };
  const service = logsService({ ...scope, logGroups: ['app', 'audit'], clock: () => now.getTime() });
  const harness = serviceHarness(service, undefined, now);
  return {
    harness,
    async send(operation, input) {
      const headers = { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': `Logs_20140328.${operation}` };
      const { status, body } = await harness.send(headers, typeof input === 'string' ? input : JSON.stringify(input));
      return { status, result: JSON.parse(body.toString()) };
    },
  };
}
