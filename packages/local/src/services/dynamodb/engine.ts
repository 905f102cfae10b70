import type { JsonObject } from '../../strict-json.ts';
import { AwsError, unsupported } from '../service.ts';
import {
  ACTION,
  type Checked,
  type DynaliteOperation,
  type ParameterTypes,
  type Results,
  type TableDescription,
  VALIDATION,
  type Validation,
  validations,
} from './dynalite.ts';
import { refuseCostlyExpressions } from './expression-cost.ts';
import { refuseUnknownParameters } from './parameters.ts';
import { MemoryStore } from './store.ts';

/** dynalite over memory: what checks a request is what executes it, and its errors are AWS's. */
export class Engine {
  readonly store: MemoryStore;

  constructor(account: string, region: string) {
    this.store = new MemoryStore(account, region);
  }

  table(name: string): TableDescription | undefined {
    return this.store.table(name);
  }

  /**
   * Checks a request's parameters and parses its expressions.
   *
   * @throws {@link AwsError} 400 or 501
   */
  check<T>(operation: string, parameters: JsonObject, { types, custom }: Validation<T>): T {
    refuseUnknownParameters(operation, parameters, types);
    if (parameters['ReturnItemCollectionMetrics'] === 'SIZE') {
      throw unsupported('ReturnItemCollectionMetrics: SIZE');
    }
    refuseCostlyExpressions(parameters);
    return asAwsErrors(() => {
      const data = validations.checkTypes(parameters, types) as T;
      validations.checkValidations(data, types, custom, this.store);
      return data;
    });
  }

  /**
   * Runs an operation that reads or writes items, whole, before anything else happens.
   *
   * @throws {@link AwsError}
   */
  run<Name extends DynaliteOperation>(name: Name, data: unknown): Results[Name] {
    return asAwsErrors(() => {
      let outcome: { readonly error: unknown; readonly result: Results[Name] } | undefined;
      ACTION[name](this.store, data, (error, result) => {
        outcome ??= { error, result };
      });
      if (outcome === undefined) throw new Error(`dynalite's ${name} did not answer at once`);
      if (outcome.error) throw outcome.error;
      return outcome.result;
    });
  }

  /**
   * Runs an operation that streams.
   *
   * @throws {@link AwsError}
   */
  async stream(name: 'query' | 'scan' | 'listTables', data: unknown, store: object = this.store): Promise<object> {
    try {
      return await new Promise<object>((resolve, reject) => {
        ACTION[name](store, data, (error, result) => {
          if (error instanceof Error) reject(error);
          else resolve(result);
        });
      });
    } catch (error) {
      throw asAwsError(error);
    }
  }
}

/** dynalite's checks of an operation, with those parameters in addition that it does not know. */
export function validationOf<Name extends DynaliteOperation>(name: Name, more: ParameterTypes = {}): Validation<Checked[Name]> {
  return { ...VALIDATION[name], types: { ...VALIDATION[name].types, ...more } };
}

/** Throws what dynalite answers instead of throwing. */
export function demand(fault: unknown): void {
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
  // A request that makes dynalite stumble is refused as one that cannot be evaluated. It is not retried, as a 500 would be.
  return new AwsError('ValidationException', 400, `The local AWS cannot evaluate this request: ${String(error)}`);
}

function isDynaliteError(error: unknown): error is DynaliteError {
  return typeof error === 'object' && error !== null && 'statusCode' in error && 'body' in error;
}
