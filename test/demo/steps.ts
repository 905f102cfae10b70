/** The sender of a request: a tenant with a valid token, or a client with a bad token or none. */
export type Sender = { readonly tenant: string } | { readonly token: 'none' | 'edited' | 'forged' | 'expired' | 'unsigned' };

/** The expected result. Any other result is a leak or a failure, and the demo ends with exit code 1. */
export type Expectation =
  | { readonly kind: 'served'; readonly includes?: string; readonly excludes?: string }
  | { readonly kind: 'denied'; readonly operation: string }
  | { readonly kind: 'refused'; readonly status: number; readonly code: string };

export interface Step {
  readonly by: Sender;
  /** Method and path: `GET /notes/plan`. */
  readonly request: string;
  readonly body?: unknown;
  /** Printed behind the request line: what the line itself does not show. */
  readonly shows?: string;
  readonly expect: Expectation;
}

export interface Section {
  readonly title: string;
  readonly steps: readonly Step[];
}

type StepDetails = Pick<Step, 'body' | 'shows'>;

/** A request for the tenant's own data: it must be served, with `includes` and without `excludes` in the response. */
function own(
  tenant: string,
  request: string,
  { includes, excludes, ...details }: StepDetails & { includes?: string; excludes?: string } = {},
): Step {
  const response = { ...(includes === undefined ? {} : { includes }), ...(excludes === undefined ? {} : { excludes }) };
  return { by: { tenant }, request, ...details, expect: { kind: 'served', ...response } };
}

/** A request for another tenant's data: IAM must deny this operation. */
function foreign(tenant: string, request: string, operation: string, details: StepDetails = {}): Step {
  return { by: { tenant }, request, ...details, expect: { kind: 'denied', operation } };
}

/** A request without a valid token: it must be refused before AWS is called. */
function bad(token: Extract<Sender, { token: string }>['token'], shows: string, code = 'token_invalid'): Step {
  return { by: { token }, request: 'GET /notes/plan', shows, expect: { kind: 'refused', status: 401, code } };
}

/** The very first request. Its time includes the fetch of the issuer's keys, one AssumeRole and one PutObject. */
export const coldRequest: Step = own('acme', 'PUT /notes/plan', { body: { text: 'sell more anvils' } });

/** Repeated to measure a request whose credentials are cached. */
export const warmRequest: Step = own('acme', 'GET /notes/plan', { includes: 'sell more anvils' });

const untouched: readonly Step[] = [
  own('globex', 'GET /notes/plan', { includes: 'buy the moon', excludes: 'anvils' }),
  own('globex', 'GET /orders?customer=globex', { includes: 'rocket', excludes: 'stolen' }),
];

export const sections: readonly Section[] = [
  {
    title: 'Each tenant works with its own data',
    steps: [
      coldRequest,
      warmRequest,
      own('acme', 'PUT /orders/acme/1', { body: { product: 'anvil' } }),
      own('acme', 'GET /orders/acme/1', { includes: 'anvil' }),
      own('acme', 'GET /files?prefix=acme/', { includes: 'acme/notes/plan', excludes: 'globex' }),
      own('acme', 'POST /files/copy', { body: { from: 'acme/notes/plan', to: 'acme/old' }, shows: 'acme/notes/plan to acme' }),
      own('globex', 'PUT /notes/plan', { body: { text: 'buy the moon' } }),
      own('globex', 'PUT /orders/globex/1', { body: { product: 'rocket' } }),
      ...untouched,
    ],
  },
  {
    title: 'acme requests the files of globex: the app trusts its input, IAM does not',
    steps: [
      foreign('acme', 'GET /files/content?key=globex/notes/plan', 'GetObject'),
      foreign('acme', 'PUT /files/content?key=globex/notes/plan', 'PutObject', { body: { text: 'stolen' } }),
      foreign('acme', 'POST /files/copy', 'CopyObject', {
        body: { from: 'globex/notes/plan', to: 'acme/loot' },
        shows: 'globex/notes/plan to acme',
      }),
      foreign('acme', 'GET /files?prefix=globex/', 'ListObjectsV2'),
      foreign('acme', 'GET /files', 'ListObjectsV2', { shows: '(all tenants)' }),
      foreign('acme', 'GET /files?prefix=acme', 'ListObjectsV2', { shows: '(also acme-2/)' }),
    ],
  },
  {
    title: 'acme requests the orders of globex',
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
  { title: 'The data of globex is unchanged', steps: untouched },
  {
    title: 'The middleware refuses bad tokens',
    steps: [
      bad('none', '(no token)', 'token_missing'),
      bad('edited', "(acme's, edited: globex)"),
      bad('forged', '(signed with another key)'),
      bad('expired', '(expired a minute ago)'),
      bad('unsigned', '(alg: none)'),
    ],
  },
  {
    title: 'A new tenant, initech: nothing was created for it in AWS',
    steps: [
      own('initech', 'PUT /notes/plan', { body: { text: 'new cover sheets' } }),
      own('initech', 'GET /notes/plan', { includes: 'new cover sheets' }),
      foreign('initech', 'GET /files/content?key=globex/notes/plan', 'GetObject'),
    ],
  },
];

/** The tenants that get credentials. The run may make one AssumeRole call for each. */
export const tenants: readonly string[] = ['acme', 'globex', 'initech'];
