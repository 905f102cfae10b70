import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import { Observable } from 'rxjs';
import { runAdmitted } from './tenant-place.ts';

/**
 * Makes the tenant that `TenantGuard` let in current where no HTTP middleware runs around the handler: resolvers, messages,
 * gateways. The module registers it globally; on a gateway, and in a hybrid application's microservice, name it beside the guard.
 *
 * @example
 * @UseGuards(TenantGuard)
 * @UseInterceptors(TenantInterceptor)
 * @WebSocketGateway()
 */
@Injectable()
export class TenantInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    if (context.getType() === 'http') return next.handle(); // the middleware's place holds it, and for longer
    return new Observable((subscriber) => runAdmitted(context, () => next.handle().subscribe(subscriber)));
  }
}
