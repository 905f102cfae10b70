import type { PolicyDocument } from '@tenant-aws/policy';
import { statementsOf } from './document.ts';
import type { Policies } from './request.ts';
import { type Mismatch, mismatch, type ReadRequest, type Statement } from './statement.ts';

/** The role's policies, or the session's. Every layer must allow a request. */
export interface Layer {
  readonly title: string;
  readonly statements: readonly Named[];
}

interface Named {
  /** `role[0][OwnFolder]`, `session[2]` */
  readonly name: string;
  readonly statement: Statement;
}

/** The result of a layer for a request: the first Deny and the first Allow that apply, and the Allow that came closest. */
export interface Finding {
  readonly title: string;
  readonly denied?: string;
  readonly allowed?: string;
  readonly nearest?: Near;
}

/** An Allow statement that matches the action, and why it does not apply. */
export interface Near {
  readonly name: string;
  readonly mismatch: Exclude<Mismatch, { readonly part: 'action' }>;
}

type Layers = readonly [Layer, ...Layer[]];

/** The layers of policies that were decided with before, and the documents of which they were made. */
const known = new WeakMap<Policies, Policies & { readonly layers: Layers }>();

/** The layer of the role, and of the session if there is one. They are read again if the policies have other documents than before. */
export function layersOf(policies: Policies): Layers {
  const before = known.get(policies);
  const { role, session } = policies;
  if (before && isSame(before.role, role) && isSame(before.session, session)) return before.layers;
  const layers = readLayers(policies);
  known.set(policies, { layers, role: [...role], ...(session !== undefined && { session: isMany(session) ? [...session] : session }) });
  return layers;
}

/** Whether both are one document, or lists of the same documents. */
function isSame(before: Policies['session'], now: Policies['session']): boolean {
  if (before === undefined || now === undefined || !isMany(before) || !isMany(now)) return before === now;
  return before.length === now.length && before.every((document, at) => document === now[at]);
}

function readLayers({ role, session }: Policies): Layers {
  const own = layer("the role's policies", role, (at) => `role[${at}]`);
  if (session === undefined) return [own];
  return isMany(session)
    ? [own, layer('the session policies', session, (at) => `session[${at}]`)]
    : [own, layer('the session policy', [session], () => 'session')];
}

/** Checks every statement, because a Deny may follow an Allow. */
export function findIn({ title, statements }: Layer, request: ReadRequest): Finding {
  let denied: string | undefined;
  let allowed: string | undefined;
  let nearest: Near | undefined;
  for (const { name, statement } of statements) {
    const why = mismatch(statement, request);
    if (statement.effect === 'Deny') {
      if (!why) denied ??= name;
    } else if (!why) {
      allowed ??= name;
    } else if (why.part !== 'action' && (!nearest || isNearer(why, nearest.mismatch))) {
      nearest = { name, mismatch: why };
    }
  }
  return { title, ...(denied !== undefined && { denied }), ...(allowed !== undefined && { allowed }), ...(nearest && { nearest }) };
}

function layer(title: string, documents: readonly PolicyDocument[], nameOf: (at: number) => string): Layer {
  return {
    title,
    statements: documents.flatMap((document, at) =>
      statementsOf(document).map((statement) => ({ name: `${nameOf(at)}[${statement.name}]`, statement })),
    ),
  };
}

function isNearer(one: Mismatch, other: Mismatch): boolean {
  return one.part === 'condition' && other.part === 'resource';
}

function isMany<T>(value: T | readonly T[]): value is readonly T[] {
  return Array.isArray(value);
}
