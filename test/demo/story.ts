/** Who sends a step's request: a tenant with a good token, or somebody with a bad one. */
export type Sender = { readonly tenant: string } | { readonly token: 'none' | 'edited' | 'forged' | 'expired' | 'unsigned' };

/** What must come of it. Anything else is a leak or a breakage, and ends the demo with a failure. */
export type Expectation =
  | { readonly kind: 'served'; readonly holds?: string; readonly lacks?: string }
  | { readonly kind: 'denied'; readonly operation: string }
  | { readonly kind: 'refused'; readonly status: number; readonly code: string };

export interface Step {
  readonly by: Sender;
  /** `GET /notes/plan` */
  readonly request: string;
  readonly body?: unknown;
  /** What the request line does not show, in the reader's words. */
  readonly shows?: string;
  readonly expect: Expectation;
}

export interface Chapter {
  readonly title: string;
  readonly steps: readonly Step[];
}

type Told = Pick<Step, 'body' | 'shows'>;

/** A tenant on its own data: must be served, and answered with what `holds` says and nothing of what `lacks` says. */
function own(tenant: string, request: string, { holds, lacks, ...told }: Told & { holds?: string; lacks?: string } = {}): Step {
  const answer = { ...(holds === undefined ? {} : { holds }), ...(lacks === undefined ? {} : { lacks }) };
  return { by: { tenant }, request, ...told, expect: { kind: 'served', ...answer } };
}

/** A tenant on its neighbour's data: IAM must deny this operation. */
function foreign(tenant: string, request: string, operation: string, told: Told = {}): Step {
  return { by: { tenant }, request, ...told, expect: { kind: 'denied', operation } };
}

/** Somebody without a good token: must be refused before AWS is asked anything. */
function bad(token: Extract<Sender, { token: string }>['token'], shows: string, code = 'token_invalid'): Step {
  return { by: { token }, request: 'GET /notes/plan', shows, expect: { kind: 'refused', status: 401, code } };
}

/** The first request of all is timed: the issuer's keys, one AssumeRole and S3 lie behind it. */
export const coldRequest: Step = own('acme', 'PUT /notes/plan', { body: { text: 'sell more anvils' } });

/** The same request again and again: what it takes once a tenant is known. */
export const warmRequest: Step = own('acme', 'GET /notes/plan', { holds: 'sell more anvils' });

const untouched: readonly Step[] = [
  own('globex', 'GET /notes/plan', { holds: 'buy the moon', lacks: 'anvils' }),
  own('globex', 'GET /orders?customer=globex', { holds: 'rocket', lacks: 'stolen' }),
];

export const story: readonly Chapter[] = [
  {
    title: 'Each tenant works with its own data',
    steps: [
      coldRequest,
      warmRequest,
      own('acme', 'PUT /orders/acme/1', { body: { product: 'anvil' } }),
      own('acme', 'GET /orders/acme/1', { holds: 'anvil' }),
      own('acme', 'GET /files?prefix=acme/', { holds: 'acme/notes/plan', lacks: 'globex' }),
      own('acme', 'POST /files/copy', { body: { from: 'acme/notes/plan', to: 'acme/old' }, shows: 'acme/notes/plan to acme' }),
      own('globex', 'PUT /notes/plan', { body: { text: 'buy the moon' } }),
      own('globex', 'PUT /orders/globex/1', { body: { product: 'rocket' } }),
      ...untouched,
    ],
  },
  {
    title: 'acme reaches for the files of globex: the app trusts its input, IAM does not',
    steps: [
      foreign('acme', 'GET /files/content?key=globex/notes/plan', 'GetObject'),
      foreign('acme', 'PUT /files/content?key=globex/notes/plan', 'PutObject', { body: { text: 'stolen' } }),
      foreign('acme', 'POST /files/copy', 'CopyObject', {
        body: { from: 'globex/notes/plan', to: 'acme/loot' },
        shows: 'globex/notes/plan to acme',
      }),
      foreign('acme', 'GET /files?prefix=globex/', 'ListObjectsV2'),
      foreign('acme', 'GET /files', 'ListObjectsV2', { shows: '(everything)' }),
      foreign('acme', 'GET /files?prefix=acme', 'ListObjectsV2', { shows: '(acme-2/, too)' }),
    ],
  },
  {
    title: 'acme reaches for the orders of globex',
    steps: [
      foreign('acme', 'GET /orders?customer=globex', 'Query'),
      foreign('acme', 'GET /orders/globex/1', 'GetItem'),
      foreign('acme', 'PUT /orders/globex/2', 'PutItem', { body: { product: 'stolen' } }),
      foreign('acme', 'GET /orders/search?text=rocket', 'Scan'),
      foreign('acme', 'POST /orders/lookup', 'BatchGetItem', {
        body: {
          keys: [
            { customer: 'acme', id: '1' },
            { customer: 'globex', id: '1' },
          ],
        },
        shows: 'acme/1, globex/1',
      }),
      foreign('acme', 'POST /orders/import', 'TransactWriteItems', {
        body: {
          orders: [
            { customer: 'acme', id: '2', product: 'anvil' },
            { customer: 'globex', id: '3', product: 'stolen' },
          ],
        },
        shows: 'acme/2, globex/3',
      }),
    ],
  },
  { title: 'globex finds its data as it left it', steps: untouched },
  {
    title: 'Bad tokens get no further than the middleware',
    steps: [
      bad('none', '(no token)', 'token_missing'),
      bad('edited', "(acme's, now says globex)"),
      bad('forged', '(signed with another key)'),
      bad('expired', '(expired a minute ago)'),
      bad('unsigned', '(alg: none)'),
    ],
  },
  {
    title: 'initech signs up: nothing was created for it, in AWS or anywhere',
    steps: [
      own('initech', 'PUT /notes/plan', { body: { text: 'new cover sheets' } }),
      own('initech', 'GET /notes/plan', { holds: 'new cover sheets' }),
      foreign('initech', 'GET /files/content?key=globex/notes/plan', 'GetObject'),
    ],
  },
];

/** Everyone who gets credentials in the story: as many AssumeRole calls as the run may make. */
export const tenants: readonly string[] = ['acme', 'globex', 'initech'];
