import type { KeyObject } from 'node:crypto';
import { Strategy } from 'passport-jwt';
import type { Instant } from '../clock.ts';
import { TokenInvalidError, TokenMissingError } from '../errors.ts';
import type { TenantIdentity } from '../tenant.ts';
import { presentedToken } from './bearer-header.ts';
import { type BearerTokenOptions, readBearerTokenOptions } from './bearer-token-options.ts';
import { authorizationOf } from './passport-request.ts';
import { TokenJudge } from './token-judge.ts';
import { tokenRefusal } from './token-refusal.ts';
import type { Claims } from './verified-claims.ts';
import type { TokenDigest } from './verified-tokens.ts';

/** passport-jwt's verify callback: turns verified claims into whatever `request.user` shall be. */
export type VerifyClaims = (claims: Claims, done: (error: unknown, user?: unknown, info?: unknown) => void) => void;

interface Parts {
  readonly judge: TokenJudge;
  readonly verify: VerifyClaims | undefined;
}

/** What passport-jwt is shown in place of a request. */
interface Attempt {
  readonly token: string;
  readonly key: KeyObject;
}

/** passport-jwt's own `authenticate`, which sees a request only through the two functions given to its constructor. */
const passportJwt = Reflect.get(Strategy.prototype, 'authenticate');

/**
 * passport-jwt's Strategy, strict, with the issuer's keys and a tenant: under stock passport, `@nestjs/passport` and koa-passport.
 * `request.user` is a {@link TenantIdentity}, unless `verify` or a `validate` of your own says otherwise.
 *
 * A token that is missing or bad fails (401 with `WWW-Authenticate`). Keys that cannot be had are an error (503, `keys_unavailable`),
 * as is a verified token without a tenant (403): the token may be good, so no other strategy is asked.
 *
 * @throws {@link ConfigurationError} with every fault of the options
 * @example
 * ```ts
 * passport.use(new TenantJwtStrategy({ issuer: 'https://login.example.com', audience: 'notes' }));
 * app.use(passport.authenticate('jwt', { session: false }), tenantCredentials({ identity: authenticatedUser() }));
 * ```
 */
export class TenantJwtStrategy extends Strategy {
  // One private name, and a long one: `keys` or `settings` would meet the fields of a user's subclass.
  private readonly tenantJwt: Parts;

  constructor(options: BearerTokenOptions, verify?: VerifyClaims) {
    const settings = readBearerTokenOptions(options);
    super(
      {
        jwtFromRequest: ({ token }: Attempt) => token,
        // By Reflect, for passport-jwt's types know no KeyObject; jsonwebtoken takes one, and is five times as fast with it.
        secretOrKeyProvider: ({ key }: Attempt, _token, done) => Reflect.apply(done, undefined, [null, key]),
        algorithms: [...settings.algorithms],
        issuer: settings.issuer,
        audience: settings.tokenUse === 'access' ? undefined : [...settings.audience],
        jsonWebTokenOptions: { clockTolerance: settings.clockToleranceSeconds },
      },
      (claims: unknown, done) => done(null, claims),
    );
    this.tenantJwt = { judge: new TokenJudge(settings, (token, key) => verifySignature(this, { token, key })), verify };
  }

  /** passport's door. */
  override authenticate(request: unknown): void {
    // INVARIANT: read before the first await. Handed to `passport.authenticate()` itself, one object serves all requests,
    // and passport puts each request's own actions on it: read later, they would be another request's.
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
   * What `request.user` shall be. Override it, also as an async function, to add to the identity.
   *
   * @throws {@link TenantMissingError} the claim is absent or null
   * @throws {@link TenantInvalidError} the claim is not a string, empty, or holds a character that no tenant id may have
   */
  validate(claims: Claims): TenantIdentity | Promise<TenantIdentity> {
    return this.tenantJwt.judge.identityOf(claims);
  }

  /**
   * The identity of a token that came without an HTTP request: of a queue's message, of a socket's first frame.
   * At once where the token was verified before and is still remembered; the object is then the same one.
   *
   * @throws {@link TokenInvalidError}, {@link KeysUnavailableError}, {@link TenantMissingError}, {@link TenantInvalidError}
   */
  identify(token: string): TenantIdentity | Promise<TenantIdentity> {
    const { judge } = this.tenantJwt;
    const claims = judge.claimsOf(token);
    return claims instanceof Promise ? claims.then((verified) => judge.identityOf(verified)) : judge.identityOf(claims);
  }

  /** The identity of a token that was verified before and is still remembered. @internal */
  recall(digest: TokenDigest, now: Instant): TenantIdentity | undefined {
    const claims = this.tenantJwt.judge.recall(digest, now);
    return claims === undefined ? undefined : this.tenantJwt.judge.identityOf(claims);
  }

  /** Fetches the keys, so that a wrong address shows at start-up. @throws {@link KeysUnavailableError} */
  async ready(): Promise<void> {
    await this.tenantJwt.judge.ready();
  }

  /** Ends a fetch under way and forgets verified tokens. Nothing is fetched after it. */
  close(): void {
    this.tenantJwt.judge.close();
  }
}

async function userOf(strategy: TenantJwtStrategy, { judge, verify }: Parts, request: unknown): Promise<{ user: unknown; info?: unknown }> {
  const token = presentedToken(authorizationOf(request));
  if (token === undefined) throw new TokenMissingError();
  const claims = await judge.claimsOf(token);
  if (verify === undefined) return { user: await strategy.validate(claims) };
  return new Promise((resolve, reject) => {
    verify(claims, (error, user, info) => (error ? reject(error) : resolve({ user, info })));
  });
}

/** passport-jwt's own way, and jsonwebtoken's under it: signature, algorithm, issuer, audience, times. */
function verifySignature(strategy: TenantJwtStrategy, attempt: Attempt): Promise<Claims> {
  return new Promise((resolve, reject) => {
    const actions = { success: resolve, fail: (error: unknown) => reject(tokenRefusal(error)), error: reject };
    Reflect.apply(passportJwt, Object.assign(Object.create(strategy), actions), [attempt]);
  });
}
