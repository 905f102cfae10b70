import type { buildApp } from 'fauxqs';
import { isJsonObject, type JsonObject, parseStrictJson } from '../../strict-json.ts';
import { AwsError } from '../service.ts';
import { textOf } from '../shape.ts';
import { shownAnswer, withEngineText } from './engine-text.ts';

type App = ReturnType<typeof buildApp>;

/**
 * fauxqs in this process: no port, one path, and bodies that were written here.
 * It checks nothing that a request may do, and is loaded when the first queue is wanted.
 */
export class Fauxqs {
  readonly #region: string;
  #app: Promise<App> | undefined;

  constructor(region: string) {
    this.#region = region;
  }

  /**
   * Runs an operation of SQS.
   *
   * @throws {@link AwsError} what the engine answers with an error
   */
  async run(operation: string, members: object): Promise<JsonObject> {
    this.#app ??= build(this.#region);
    const app = await this.#app;
    const { statusCode, rawPayload } = await app.inject({
      method: 'POST',
      url: '/',
      headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': `AmazonSQS.${operation}`, host: 'fauxqs' },
      payload: JSON.stringify(withEngineText(members)),
    });
    const answer = rawPayload.length === 0 ? {} : parseStrictJson(rawPayload);
    if (!isJsonObject(answer)) throw new Error(`fauxqs answered ${operation} with something else than an object`);
    if (statusCode === 200) return shownAnswer(members, answer);
    const type = textOf(answer['__type']);
    const message = textOf(answer['message']);
    if (type === '') throw new Error(`fauxqs failed in ${operation}: ${message}`);
    throw new AwsError(type.slice(type.indexOf('#') + 1), statusCode, message);
  }

  /** Ends what waits for messages. */
  async close(): Promise<void> {
    const app = await this.#app;
    await app?.close();
  }
}

async function build(defaultRegion: string): Promise<App> {
  const { buildApp } = await import('fauxqs');
  return buildApp({ logger: false, defaultRegion });
}
