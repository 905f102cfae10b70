import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import { runInTenantContext, type TenantContext } from '@tenant-aws/core';
import { map, Observable, type Observer } from 'rxjs';
import { handlerContext } from './admissions.ts';
import { keepResultContext } from './handler-result.ts';

/**
 * Runs the handler as the tenant that `TenantGuard` admitted to this execution, even if Nest calls it in another tenant's context.
 * The module registers it globally. A gateway, and a microservice of a hybrid application, needs it in `@UseInterceptors`.
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

/** Subscribes and unsubscribes in this context, because application code runs at both times. */
function subscribedIn(context: TenantContext, handle: () => Observable<unknown>): Observable<unknown> {
  return new Observable((subscriber) => {
    // A separate observer: an unsubscribe of `subscriber` itself would run application code in the caller's context.
    const observer: Observer<unknown> = {
      next: (result) => subscriber.next(result),
      error: (error) => subscriber.error(error),
      complete: () => subscriber.complete(),
    };
    const subscription = runInTenantContext(context, () => handle().subscribe(observer));
    return () => runInTenantContext(context, () => subscription.unsubscribe());
  });
}
