/** A server that the benchmark sends requests to. */
export interface Endpoint {
  readonly url: string;
  readonly queueUrl: string;
}

/** The keys of a session or a user. */
export interface Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** A started server, and its keys. */
export interface StartedEndpoint extends Endpoint {
  /** Keys for the test data. */
  readonly admin: Keys;
  /** Keys that can assume the role. Absent for an engine alone: it verifies no signature. */
  readonly base?: Keys;
}
