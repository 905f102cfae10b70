// Imports one package in a fresh process: node import-time.ts <package>
const [cpu, started] = [process.cpuUsage(), performance.now()];
await import(process.argv[2] ?? '');
const elapsed = performance.now() - started;
const { user, system } = process.cpuUsage(cpu);
process.send?.({ ms: elapsed, cpuMs: (user + system) / 1_000 });
process.disconnect();
process.exit();
