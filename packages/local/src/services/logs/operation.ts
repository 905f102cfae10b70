import type { ResourceScope } from '../service.ts';
import type { LogStore } from './log-store.ts';

/** The state that the operations of CloudWatch Logs share. */
export interface LogsContext {
  readonly scope: ResourceScope;
  readonly store: LogStore;
}
