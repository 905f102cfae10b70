import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import { map, type Observable } from 'rxjs';
import { subscribedIn } from './bound-observable.ts';
import { handlerContext } from './admissions.ts';
import { keepResultContext } from './handler-result.ts';

/**
 * Runs the handler as the tenant that `TenantGuard` admitted to this execution, even if Nest calls it in another tenant's context.
 * The module registers it globally; most HTTP handlers need no interceptor, see `keepHandlerContexts`. A gateway, and a microservice of a hybrid application, needs it in `@UseInterceptors`.
 *
 * @example
 * @UseGuards(TenantGuard)
 * @UseInterceptors(TenantInterceptor)
 * @WebSocketGateway()
 */
@Injectable()
export class TenantInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const own = handlerContext(context);
    if (context.getType() === 'http' && own.exchange) own.exchange.listeners = own;
    const results = subscribedIn(own, () => next.handle());
    return context.getType() === 'http' ? results.pipe(map((result) => keepResultContext(result, own))) : results;
  }
}
