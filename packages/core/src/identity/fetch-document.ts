/** The maximum size of a document. Key sets of well-known issuers have a few thousand bytes. */
const MAX_BYTES = 1_048_576;
const CONNECTION_LOST: ReadonlySet<unknown> = new Set(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET']);

/** What is fetched. */
interface TextKind {
  /** The media type that the request accepts. */
  readonly accept: string;
  /** The maximum size, after decompression. */
  readonly maxBytes: number;
}

/**
 * Reads a JSON document of an issuer: by the rules of {@link fetchText}, of at most 1 MiB.
 * The message of every error names the address and the reason.
 */
export async function fetchDocument(url: URL, signal: AbortSignal): Promise<unknown> {
  const text = await fetchText(url, signal, { accept: 'application/json', maxBytes: MAX_BYTES });
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(`${url.href} responded with a body that is not JSON`);
  }
}

/**
 * Reads a text from a response with status 200, without redirects, of limited size, until `signal` aborts.
 * The message of every error names the address and the reason.
 */
export async function fetchText(url: URL, signal: AbortSignal, kind: TextKind): Promise<string> {
  try {
    return await request(url, signal, kind).catch((error: unknown) => {
      // Node pools connections, and the server may have closed this one in the meantime: retry once, on another connection.
      if (signal.aborted || !isConnectionLost(error)) throw error;
      return request(url, signal, kind);
    });
  } catch (cause) {
    if (cause instanceof UnusableResponse) throw new Error(`${url.href} ${cause.message}`, { cause });
    throw new Error(`${url.href} ${failureOf(signal)}`, { cause });
  }
}

/** The status of the response that {@link fetchText} did not accept; `undefined` if there was no response. */
export function refusedStatus(error: unknown): number | undefined {
  const { cause } = error instanceof Error ? error : {};
  return cause instanceof UnusableResponse ? cause.status : undefined;
}

async function request(url: URL, signal: AbortSignal, { accept, maxBytes }: TextKind): Promise<string> {
  const { status, body } = await fetch(url, { redirect: 'manual', signal, headers: { accept } });
  if (status !== 200) {
    await body?.cancel();
    throw new UnusableResponse(
      status >= 300 && status < 400 ? `responded with status ${status}, and redirects are not followed` : `responded with status ${status}`,
      status,
    );
  }
  const decoder = new TextDecoder();
  let text = '';
  let size = 0;
  for await (const chunk of body ?? []) {
    size += chunk.byteLength;
    if (size > maxBytes) throw new UnusableResponse(`responded with more than ${maxBytes} bytes`, status); // leaving the loop closes the connection
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

function isConnectionLost(error: unknown): boolean {
  const { cause } = error instanceof TypeError ? error : {};
  return cause instanceof Error && 'code' in cause && CONNECTION_LOST.has(cause.code);
}

function failureOf(signal: AbortSignal): string {
  if (!signal.aborted) return 'cannot be reached';
  return signal.reason instanceof DOMException && signal.reason.name === 'TimeoutError'
    ? 'did not respond in time'
    : 'is not requested after close()';
}

class UnusableResponse extends Error {
  readonly status: number;

  constructor(message: string, status: number) {
    super(message);
    this.status = status;
  }
}
