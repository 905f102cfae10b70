import type { KeyObject } from 'node:crypto';
import { ExtractJwt, Strategy, type StrategyOptionsWithoutRequest } from 'passport-jwt';
import type { Issuer } from '../issuer.ts';

/** The options as documented by passport-jwt. Its documentation has the key as PEM; its types do not know a KeyObject, which works. */
export function passportJwtOptions({ url, audience }: Issuer, key: string | KeyObject): StrategyOptionsWithoutRequest {
  return {
    jwtFromRequest: ExtractJwt.fromAuthHeaderAsBearerToken(),
    secretOrKey: key as string,
    issuer: url,
    audience,
    algorithms: ['RS256'],
  };
}

/** The strategy with the verify callback of the documentation, without a look-up of the user. */
export function passportJwt(issuer: Issuer, key: string | KeyObject): Strategy {
  return new Strategy(passportJwtOptions(issuer, key), (payload: object, done: (error: null, user: object) => void) => done(null, payload));
}
