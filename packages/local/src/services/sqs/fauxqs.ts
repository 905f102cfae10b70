import type { buildApp } from 'fauxqs';
import { isObject, type JsonObject } from '@tenant-aws/policy/json';
import { parseStrictJson } from '../../strict-json.ts';
import { AwsError } from '../service.ts';
import { textOf } from '../shape.ts';
import { fromEngineText, toEngineText } from './engine-text.ts';
import { SentMessages } from './sent-messages.ts';

type App = ReturnType<typeof buildApp>;

/**
 * fauxqs in this process, without a port. It receives only requests that are written here, and checks no permissions.
 * Loaded when it runs the first operation.
 */
export class Fauxqs {
  readonly sent: SentMessages = new SentMessages();
  readonly #region: string;
  #app: Promise<App> | undefined;

  constructor(region: string) {
    this.#region = region;
  }

  /**
   * Runs an operation of SQS.
   *
   * @throws {@link AwsError} the error that the engine returns
   */
  async run(operation: string, members: object): Promise<JsonObject> {
    this.#app ??= build(this.#region);
    const app = await this.#app;
    const { statusCode, rawPayload } = await app.inject({
      method: 'POST',
      url: '/',
      headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': `AmazonSQS.${operation}`, host: 'fauxqs' },
      payload: JSON.stringify(toEngineText(members)),
    });
    const result = rawPayload.length === 0 ? {} : parseStrictJson(rawPayload);
    if (!isObject(result)) throw new Error(`fauxqs answered ${operation} with JSON that is not an object`);
    if (statusCode === 200) return fromEngineText(members, result);
    const type = textOf(result['__type']);
    const message = textOf(result['message']);
    if (type === '') throw new Error(`fauxqs failed in ${operation}: ${message}`);
    throw new AwsError(type.slice(type.indexOf('#') + 1), statusCode, message);
  }

  /** Also ends pending receives. */
  async close(): Promise<void> {
    const app = await this.#app;
    await app?.close();
  }
}

async function build(defaultRegion: string): Promise<App> {
  const { buildApp } = await import('fauxqs');
  return buildApp({ logger: false, defaultRegion });
}
