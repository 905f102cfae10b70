import { refusal } from '../../signature/refusal.ts';
import { AwsError, type Operation, type VerifiedRequest } from '../service.ts';
import { type CorsRule, corsHeaders, preflightHeaders } from './cors.ts';
import type { Engine } from './engine.ts';
import { parsePath, type Target } from './path.ts';

/**
 * Parses an unsigned request: the question of a browser whether a page may send a request. It needs no permission, changes nothing, and
 * the query is that of the request that follows. All other unsigned requests are denied.
 */
export function parsePreflight({ method, rawPath, headers }: VerifiedRequest, engine: Engine): Operation {
  if (method !== 'OPTIONS') throw refusal('missing', 's3');
  const target = parsePath(rawPath);
  const resource = target.kind === 'object' ? 'OBJECT' : 'BUCKET';
  return {
    name: 'Preflight',
    authorize: [],
    needsNoPermission: true,
    execute: () => ({ status: 200, headers: preflightHeaders(headers, resource, () => rulesOf(target, engine)) }),
  };
}

/** The headers for a page of another origin. The response to OPTIONS has its own. */
export function crossOriginHeaders(
  { method, rawPath, headers }: Pick<VerifiedRequest, 'method' | 'rawPath' | 'headers'>,
  engine: Engine,
): Readonly<Record<string, string>> {
  const origin = headers.get('origin');
  if (origin === undefined || method === 'OPTIONS') return {};
  const rules = rulesOf(targetOf(rawPath), engine);
  return Array.isArray(rules) ? corsHeaders(rules, { origin, method }) : {};
}

function rulesOf(target: Target | undefined, engine: Engine): readonly CorsRule[] | 'no bucket' | undefined {
  if (!target || target.kind === 'service' || !engine.hasBucket(target.bucket)) return 'no bucket';
  return engine.bucket(target.bucket).settings.cors;
}

/** The response to a path that cannot be parsed is an error, which has no bucket. */
function targetOf(rawPath: string): Target | undefined {
  try {
    return parsePath(rawPath);
  } catch (error) {
    if (error instanceof AwsError) return undefined;
    throw error;
  }
}
