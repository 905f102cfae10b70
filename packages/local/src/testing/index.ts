export type { ExpectDeniedOptions } from './expect-denied.ts';
export { type AsOptions, type IsolationTest, type IsolationTestOptions, startIsolationTest } from './isolation-test.ts';
export type { Item, ObjectBody } from './seed.ts';
export type { TableKeys } from './tables.ts';
export type { AppResponse, RequestBody, RequestOptions, TenantClient } from './tenant-client.ts';
