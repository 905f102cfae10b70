import { ConfigurationError } from '@tenant-aws/policy';
import { TokenInvalidError, TokenMissingError } from '../errors.ts';
import type { TenantIdentity } from '../tenant.ts';
import { presentedToken } from './bearer-header.ts';
import { type BearerTokenOptions, readBearerTokenOptions } from './bearer-token-options.ts';
import { authorizationOf } from './passport-request.ts';
import { PassportJwtStrategy } from './passport-strategy.ts';
import { TokenVerifier } from './token-verifier.ts';
import type { Claims } from './verified-claims.ts';

/** passport-jwt's verify callback: makes `request.user` from verified claims. */
export type VerifyClaims = (claims: Claims, done: (error: unknown, user?: unknown, info?: unknown) => void) => void;

interface Parts {
  readonly verifier: TokenVerifier;
  readonly verify: VerifyClaims | undefined;
}

/**
 * A passport-jwt Strategy with strict checks, the issuer's keys and a tenant: for stock passport, `@nestjs/passport` and koa-passport.
 * `request.user` is a {@link TenantIdentity}, unless `verify` or a `validate` of a subclass returns something else.
 *
 * A missing or invalid token is a failure (401 with `WWW-Authenticate`). Unavailable keys are an error (503, `keys_unavailable`),
 * as is a verified token without a tenant (403): the token may be valid, so passport must not try its next strategy.
 *
 * @throws {@link ConfigurationError} with every fault of the options
 * @example
 * ```ts
 * passport.use(new TenantJwtStrategy({ issuer: 'https://login.example.com', audience: 'notes' }));
 * app.use(passport.authenticate('jwt', { session: false }), tenantCredentials({ identity: authenticatedUser() }));
 * ```
 */
export class TenantJwtStrategy extends PassportJwtStrategy {
  // One private field with a long name: `verifier` or `settings` might collide with a field of a user's subclass.
  private readonly tenantJwt: Parts;

  constructor(options: BearerTokenOptions, verify?: VerifyClaims) {
    const settings = readBearerTokenOptions(options);
    for (const path of ['tokenFrom', 'activeTenant'] as const)
      if (options[path] !== undefined) throw new ConfigurationError([{ path, text: 'is an option of `bearerToken()` only' }]);
    const verifier = new TokenVerifier(settings);
    // passport-jwt requires these two functions. Only its own `authenticate` calls them, and the one below replaces it.
    super({ jwtFromRequest: () => null, secretOrKeyProvider: (_request, _token, done) => done(new TokenMissingError()) }, () => undefined);
    this.tenantJwt = { verifier, verify };
  }

  /** Called by passport for each request. */
  override authenticate(request: unknown): void {
    // INVARIANT: read before the first await. If the object itself is given to `passport.authenticate()`, it serves all requests,
    // and passport sets each request's own actions on it: a later read could return those of another request.
    const [success, fail, error] = [this.success.bind(this), this.fail.bind(this), this.error.bind(this)];
    userOf(this, this.tenantJwt, request).then(
      ({ user, info }) => (user ? success(user, info) : fail(info, 401)),
      (fault: Error) => {
        if (!(fault instanceof TokenInvalidError || fault instanceof TokenMissingError)) return error(fault);
        return fail(fault.headers['WWW-Authenticate'], fault.status);
      },
    );
  }

  /**
   * Returns the value of `request.user`. Override it, also as an async function, to add to the identity.
   *
   * @throws {@link TenantMissingError} the claim is absent or null
   * @throws {@link TenantInvalidError} the claim is not a string, empty, or has a character that no tenant id may have
   */
  validate(claims: Claims): TenantIdentity | Promise<TenantIdentity> {
    return this.tenantJwt.verifier.identityOf(claims);
  }

  /**
   * The identity of a token that came without an HTTP request: in a queue's message, or in the first frame of a socket.
   * Synchronously, and the same object each time, while the token is in the cache of verified tokens.
   *
   * @throws {@link TokenInvalidError}, {@link KeysUnavailableError}, {@link TenantMissingError}, {@link TenantInvalidError}
   */
  identify(token: string): TenantIdentity | Promise<TenantIdentity> {
    return this.tenantJwt.verifier.identify(token);
  }

  /** Fetches the keys, so that a wrong address is reported at start-up. @throws {@link KeysUnavailableError} */
  async ready(): Promise<void> {
    await this.tenantJwt.verifier.ready();
  }

  /** Aborts a fetch in progress and clears the cache of verified tokens. Nothing is fetched after it. */
  close(): void {
    this.tenantJwt.verifier.close();
  }
}

async function userOf(
  strategy: TenantJwtStrategy,
  { verifier, verify }: Parts,
  request: unknown,
): Promise<{ user: unknown; info?: unknown }> {
  const token = presentedToken(authorizationOf(request));
  if (token === undefined) throw new TokenMissingError();
  const claims = await verifier.claimsOf(token);
  if (verify === undefined) return { user: await strategy.validate(claims) };
  return new Promise((resolve, reject) => {
    verify(claims, (error, user, info) => (error ? reject(error) : resolve({ user, info })));
  });
}
