import type { JsonObject } from '@tenant-aws/policy/json';
import { AwsError } from '../service.ts';
import {
  ACTION,
  type Attributes,
  type Checked,
  type DynaliteOperation,
  type ParameterTypes,
  type ParsedRequest,
  type Results,
  type TableDescription,
  VALIDATION,
  type Validation,
  validations,
} from './dynalite.ts';
import { validationError } from './errors.ts';
import { matches } from './condition-evaluation.ts';
import { refuseCostlyExpressions } from './expression-cost.ts';
import { filteredPage, withoutFilter } from './filtered-page.ts';
import { refuseUnknownParameters } from './parameters.ts';
import { LIMITS } from './limits.ts';
import { requestedKeyFault } from './requested-keys.ts';
import { MemoryStore } from './store.ts';
import { TableMetadata } from './table-metadata.ts';

/** dynalite with its data in memory. It both checks and executes a request, and its errors are those of AWS. */
export class Engine {
  readonly store: MemoryStore;
  readonly metadata: TableMetadata = new TableMetadata();

  constructor(account: string, region: string) {
    this.store = new MemoryStore(account, region);
  }

  table(name: string): TableDescription | undefined {
    return this.store.table(name);
  }

  /** Stores a changed description of a table. */
  replaceTable(table: TableDescription): void {
    this.store.tableDb.put(table.TableName, table, () => {});
  }

  /**
   * Checks a request's parameters and parses its expressions.
   *
   * @throws {@link AwsError} 400 or 501
   */
  check<T>(operation: string, parameters: JsonObject, { types, custom }: Validation<T>): T {
    refuseUnknownParameters(operation, parameters, types);
    refuseCostlyExpressions(parameters);
    return asAwsErrors(() => {
      const data = validations.checkTypes(parameters, types) as T;
      validations.checkValidations(data, types, custom, this.store);
      return data;
    });
  }

  /**
   * Runs an operation synchronously: no other request is executed in between.
   *
   * @throws {@link AwsError}
   */
  run<Name extends DynaliteOperation>(name: Name, data: object): Results[Name] {
    const fault = requestedKeyFault(data, (table) => this.table(table));
    if (fault !== undefined) throw validationError(fault);
    return asAwsErrors(() => {
      let outcome: { readonly error: unknown; readonly result: Results[Name] } | undefined;
      ACTION[name](this.store, data, (error, result) => {
        outcome ??= { error, result };
      });
      if (outcome === undefined) throw new Error(`dynalite's ${name} did not call back synchronously`);
      if (outcome.error) throw outcome.error;
      return outcome.result;
    });
  }

  /** @throws {@link AwsError} 400 if the request has a condition and the item does not match it */
  checkCondition({ _condition: condition }: Pick<ParsedRequest, '_condition'>, item: Attributes | undefined): void {
    if (condition === undefined || asAwsErrors(() => matches(item ?? {}, condition.expression))) return;
    throw new AwsError('ConditionalCheckFailedException', 400, 'The conditional request failed');
  }

  /**
   * Lists the names of tables.
   *
   * @throws {@link AwsError}
   */
  async listTables(data: object): Promise<object> {
    try {
      return await streamed('listTables', data, this.store);
    } catch (error) {
      throw asAwsError(error);
    }
  }

  /**
   * Runs an operation that reads a stream and therefore completes later.
   *
   * @throws {@link AwsError}
   */
  async stream(name: 'query' | 'scan', data: ParsedRequest, store: object = this.store): Promise<Results['query']> {
    try {
      return filteredPage(await streamed(name, withoutFilter(data), store), data);
    } catch (error) {
      throw asAwsError(error);
    }
  }
}

function streamed<Name extends 'query' | 'scan' | 'listTables'>(name: Name, data: object, store: object): Promise<Results[Name]> {
  return new Promise<Results[Name]>((resolve, reject) => {
    ACTION[name](store, data, (error, result) => {
      if (error instanceof Error) reject(error);
      else resolve(result);
    });
  });
}

/** dynalite's checks of an operation, extended by parameters that dynalite does not know and by its {@link LIMITS}. */
export function validationOf<Name extends DynaliteOperation>(name: Name, more: ParameterTypes = {}): Validation<Checked[Name]> {
  const { types, custom } = VALIDATION[name];
  return {
    types: { ...types, ...more },
    custom: (data, store) => custom?.(data, store) ?? LIMITS[name]?.(data, (table) => (store as MemoryStore).table(table)),
  };
}

/** Throws an error that a function of dynalite returned. */
export function throwFault(fault: unknown): void {
  if (fault !== undefined && fault !== null) throw asAwsError(fault);
}

function asAwsErrors<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw asAwsError(error);
  }
}

interface DynaliteError {
  readonly statusCode: number;
  readonly body: { readonly __type: string; readonly message?: string; readonly Message?: string };
}

function asAwsError(error: unknown): AwsError {
  if (error instanceof AwsError) return error;
  if (isDynaliteError(error)) {
    const { __type, message, Message } = error.body;
    return new AwsError(__type.slice(__type.indexOf('#') + 1), error.statusCode, message ?? Message ?? '');
  }
  // An unexpected exception in dynalite depends on the request: 400, because SDKs would retry a 500.
  return validationError(`The local AWS cannot evaluate this request: ${String(error)}`);
}

function isDynaliteError(error: unknown): error is DynaliteError {
  return typeof error === 'object' && error !== null && 'statusCode' in error && 'body' in error;
}
