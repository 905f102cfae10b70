export { TenantCacheInterceptor } from './tenant-cache.interceptor.ts';
