/** One `$ curl …` of a `console` block, and the response that the README shows. */
export interface Exchange {
  readonly command: string;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly expected: Expected;
}

/** The origin at which the app of every README listens. */
const ORIGIN = 'http://localhost:3000';

interface Expected {
  readonly status?: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Parses a `console` block. An unknown option of `curl` is an error, so that it is not ignored. */
export function conversation(block: string, variables: Readonly<Record<string, string>>): readonly Exchange[] {
  return block
    .split(/^\$ /m)
    .filter((text) => text !== '')
    .map((text) => {
      const [command = '', ...response] = text.trimEnd().split('\n');
      return { command, ...request(command, variables), expected: expected(response) };
    });
}

function request(command: string, variables: Readonly<Record<string, string>>): Omit<Exchange, 'command' | 'expected'> {
  const [program, ...words] = [...command.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(
    ([, single, double, bare]) => single ?? expand(double ?? bare ?? '', variables),
  );
  if (program !== 'curl') throw new Error(`Not a curl command: ${command}`);
  const read = { method: 'GET', path: '', headers: {} as Record<string, string>, body: undefined as string | undefined };
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    if (word === '-i' || word === '-s') continue;
    if (word === '-X') read.method = words.shift() ?? '';
    else if (word === '-d') read.body = words.shift();
    else if (word === '-H') {
      const [, name = '', value = ''] = /^([\w-]+): (.*)$/.exec(words.shift() ?? '') ?? [];
      read.headers[name] = value;
    } else if (word.startsWith(`${ORIGIN}/`)) read.path = word.slice(ORIGIN.length);
    else throw new Error(`Unknown argument of curl: ${word}`);
  }
  const { body, ...rest } = read;
  return body === undefined ? rest : { ...rest, body };
}

function expand(text: string, variables: Readonly<Record<string, string>>): string {
  return text.replace(/\$([A-Z]+)/g, (_, name: string) => {
    const value = variables[name];
    if (value === undefined) throw new Error(`$${name} is not set`);
    return value;
  });
}

function expected(response: readonly string[]): Expected {
  const [, status] = /^HTTP\/1\.1 (\d{3})/.exec(response[0] ?? '') ?? [];
  if (status === undefined) return { headers: {}, body: response.join('\n') };
  const end = response.indexOf('');
  const head = response.slice(1, end === -1 ? undefined : end);
  const headers = Object.fromEntries(head.map((line) => line.split(': ')).map(([name = '', value = '']) => [name.toLowerCase(), value]));
  return { status: Number(status), headers, body: end === -1 ? '' : response.slice(end + 1).join('\n') };
}
