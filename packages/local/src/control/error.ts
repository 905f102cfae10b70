/** An error of the control API. Its message never contains a value of the request. */
export class ControlError extends Error {
  readonly status: number;
  /** For programs: `token_invalid`. */
  readonly code: string;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, code: string, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.name = 'ControlError';
    this.status = status;
    this.code = code;
    this.headers = headers;
  }
}

export function badRequest(message: string): ControlError {
  return new ControlError(400, 'request_invalid', message);
}
