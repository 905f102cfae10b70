/** The maximum size of a document. Key sets of well-known issuers have a few thousand bytes. */
const MAX_BYTES = 1_048_576;
const CONNECTION_LOST: ReadonlySet<unknown> = new Set(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET']);

/**
 * Reads a JSON document of an issuer: from a response with status 200, without redirects, of at most 1 MiB, until `signal` aborts.
 * The message of every error names the address and the reason.
 */
export async function fetchDocument(url: URL, signal: AbortSignal): Promise<unknown> {
  let text: string;
  try {
    text = await fetchText(url, signal).catch((error: unknown) => {
      // Node pools connections, and the server may have closed this one in the meantime: retry once, on another connection.
      if (signal.aborted || !isConnectionLost(error)) throw error;
      return fetchText(url, signal);
    });
  } catch (cause) {
    if (cause instanceof UnusableResponse) throw new Error(`${url.href} ${cause.message}`, { cause });
    throw new Error(`${url.href} ${failureOf(signal)}`, { cause });
  }
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(`${url.href} responded with a body that is not JSON`);
  }
}

async function fetchText(url: URL, signal: AbortSignal): Promise<string> {
  const { status, body } = await fetch(url, { redirect: 'manual', signal, headers: { accept: 'application/json' } });
  if (status !== 200) {
    await body?.cancel();
    throw new UnusableResponse(
      status >= 300 && status < 400 ? `responded with status ${status}, and redirects are not followed` : `responded with status ${status}`,
    );
  }
  const decoder = new TextDecoder();
  let text = '';
  let size = 0;
  for await (const chunk of body ?? []) {
    size += chunk.byteLength;
    if (size > MAX_BYTES) throw new UnusableResponse(`responded with more than ${MAX_BYTES} bytes`); // leaving the loop closes the connection
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

class UnusableResponse extends Error {}
