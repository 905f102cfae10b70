/** Bytes of a document at most. Key sets of well-known issuers have some thousand. */
const MAX_BYTES = 1_048_576;
const BROKEN: ReadonlySet<unknown> = new Set(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET']);

/**
 * Reads a JSON document of an issuer: a 200 itself, without redirects, of 1 MiB at most, before `signal` ends it.
 * Every failure is an Error whose message names the address and says what was wrong with it.
 */
export async function fetchDocument(url: URL, signal: AbortSignal): Promise<unknown> {
  let text: string;
  try {
    text = await fetchText(url, signal).catch((error: unknown) => {
      // Node pools connections, and the other side may have closed the one that was taken: once more, with another.
      if (signal.aborted || !isBroken(error)) throw error;
      return fetchText(url, signal);
    });
  } catch (cause) {
    if (cause instanceof UnfitAnswer) throw new Error(`${url.href} ${cause.message}`, { cause });
    throw new Error(`${url.href} ${failureOf(signal)}`, { cause });
  }
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(`${url.href} answered something that is not JSON`);
  }
}

async function fetchText(url: URL, signal: AbortSignal): Promise<string> {
  const { status, body } = await fetch(url, { redirect: 'manual', signal, headers: { accept: 'application/json' } });
  if (status !== 200) {
    await body?.cancel();
    throw new UnfitAnswer(status >= 300 && status < 400 ? `answered ${status}: redirects are not followed` : `answered ${status}`);
  }
  const decoder = new TextDecoder();
  let text = '';
  let size = 0;
  for await (const chunk of body ?? []) {
    size += chunk.byteLength;
    if (size > MAX_BYTES) throw new UnfitAnswer(`answered more than ${MAX_BYTES} bytes`); // leaving the loop ends the connection
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

function isBroken(error: unknown): boolean {
  const { cause } = error instanceof TypeError ? error : {};
  return cause instanceof Error && 'code' in cause && BROKEN.has(cause.code);
}

function failureOf(signal: AbortSignal): string {
  if (!signal.aborted) return 'cannot be reached';
  return signal.reason instanceof DOMException && signal.reason.name === 'TimeoutError'
    ? 'did not answer in time'
    : 'is not asked any more';
}

class UnfitAnswer extends Error {}
