import { type ChildProcess, fork, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

/** A line to this machine itself that takes time. */
export interface SlowLink {
  /** Where servers listen to be reached by it. */
  readonly serverHost: string;
  /** How it was made. */
  readonly words: string;
  /** The place from which the server's port is reached slowly. */
  readonly to: (port: number) => Promise<{ readonly host: string; readonly port: number }>;
  readonly close: () => void;
}

/** A line of that round trip: a network device whose packets take time where that is permitted, else proxies. */
export async function openSlowLink(roundTripMs: number): Promise<SlowLink> {
  return (await openDevice(roundTripMs)) ?? openProxies(roundTripMs);
}

/** Delays every packet, those that connect too; null without Linux, root and Python. */
async function openDevice(roundTripMs: number): Promise<SlowLink | null> {
  if (process.platform !== "linux" || process.getuid?.() !== 0) return null;
  // RFC 2544: addresses for benchmarks, four for each process that may run one.
  const network = `198.18.${(process.pid >> 6) & 0xff}`;
  const first = (process.pid & 0x3f) * 4;
  const [serverHost, slowHost] = [`${network}.${first + 1}`, `${network}.${first + 2}`];
  const script = fileURLToPath(new URL("slow-link.py", import.meta.url));
  const args = [script, serverHost, String(roundTripMs / 2)];
  const child = spawn("python3", args, {
    stdio: ["pipe", "pipe", "ignore"],
  });
  const stands = await Promise.race([
    once(child.stdout, "data").then(() => true),
    once(child, "exit").then(() => false),
    once(child, "error").then(() => false),
  ]).catch(() => false);
  if (!stands) return null;
  return {
    serverHost,
    words: `a TUN device, every packet ${roundTripMs / 2} ms each way`,
    to: (port) => Promise.resolve({ host: slowHost, port }),
    close: () => child.stdin.destroy(),
  };
}

function openProxies(roundTripMs: number): SlowLink {
  const children: ChildProcess[] = [];
  const script = fileURLToPath(new URL("slow-proxy.ts", import.meta.url));
  return {
    serverHost: "127.0.0.1",
    words: `a proxy (no TUN device here), connecting and data ${roundTripMs} ms a round trip`,
    to: async (port) => {
      const child = fork(script, [String(port), String(roundTripMs)]);
      children.push(child);
      const [own] = await once(child, "message");
      return { host: "127.0.0.1", port: Number(own) };
    },
    close: () => {
      for (const child of children) child.disconnect();
    },
  };
}
