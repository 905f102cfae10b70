import { Strategy } from 'passport-jwt';

/**
 * A strategy as passport calls it. Passport adds `success`, `fail`, `redirect`, `pass` and `error` for each request.
 * These are the types of this package: those of `@types/passport-jwt` would bring `@types/express` into every application.
 */
export interface PassportStrategy {
  name: string;
  authenticate(request: unknown, options?: unknown): void;
  success(user: unknown, info?: unknown): void;
  fail(challenge?: unknown, status?: number): void;
  redirect(url: string, status?: number): void;
  pass(): void;
  error(error: unknown): void;
}

/** The options that the constructor of passport-jwt's Strategy requires. */
export interface PassportJwtOptions {
  jwtFromRequest(request: unknown): string | null;
  secretOrKeyProvider(request: unknown, token: unknown, done: (error: unknown) => void): void;
}

/** The Strategy of passport-jwt. */
export const PassportJwtStrategy: new (options: PassportJwtOptions, verify: () => void) => PassportStrategy = Strategy;
