import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import { runInTenantContext, type TenantContext } from '@tenant-aws/core';
import { map, Observable, type Observer } from 'rxjs';
import { handlerContext } from './admissions.ts';
import { keepResultContext } from './handler-result.ts';

/**
 * Runs the handler as the tenant that `TenantGuard` admitted to this very execution, whichever tenant's context Nest calls
 * it in. The module registers it globally; on a gateway, and in a hybrid application's microservice, name it beside the guard.
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
    const answers = subscribedIn(own, () => next.handle());
    return context.getType() === 'http' ? answers.pipe(map((answer) => keepResultContext(answer, own))) : answers;
  }
}

/** Subscribes and unsubscribes in this context: what `handle` returns runs application code at both times. */
function subscribedIn(context: TenantContext, handle: () => Observable<unknown>): Observable<unknown> {
  return new Observable((subscriber) => {
    // An observer of its own: `subscriber` itself would be unsubscribed by whoever unsubscribes it, in another context.
    const observer: Observer<unknown> = {
      next: (answer) => subscriber.next(answer),
      error: (error) => subscriber.error(error),
      complete: () => subscriber.complete(),
    };
    const subscription = runInTenantContext(context, () => handle().subscribe(observer));
    return () => runInTenantContext(context, () => subscription.unsubscribe());
  });
}
