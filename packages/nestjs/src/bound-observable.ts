import { runInTenantContext, type TenantContext } from '@tenant-aws/core';
import { Observable, type Observer } from 'rxjs';

/** Subscribes and unsubscribes in this context, because application code runs at both times. */
export function subscribedIn(context: TenantContext, handle: () => Observable<unknown>): Observable<unknown> {
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
