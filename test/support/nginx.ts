import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort, takesConnections } from "./ports.ts";

/** nginx with one server per list of directives, each on a free port of 127.0.0.1. */
export interface Nginx {
  readonly ports: readonly number[];
  readonly stop: () => Promise<void>;
}

/** A server that says by itself what it answers. */
export interface NginxServer {
  /** What stands behind the address in `listen`: `ssl http2`. */
  readonly listen: string;
  readonly directives: string;
}

/**
 * Starts nginx; resolves once it takes connections.
 * @param servers the directives of each `server` block beside `listen`; a text alone is a TLS server whose every answer is 200
 * @param files written beside the configuration, by name: certificates, keys
 */
export async function startNginx(
  servers: readonly (string | NginxServer)[],
  files: Readonly<Record<string, string>>,
): Promise<Nginx> {
  const folder = await mkdtemp(join(tmpdir(), "probity-nginx-"));
  const ports: number[] = [];
  for (const _ of servers) ports.push(await freePort());
  const blocks = servers
    .map((server) =>
      typeof server === "string" ? { listen: "ssl", directives: `${server} return 200;` } : server,
    )
    .map(
      ({ listen, directives }, index) =>
        `server { listen 127.0.0.1:${ports[index]} ${listen}; ${directives} }`,
    );
  const temp = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(
    (name) => `${name}_temp_path ${folder}/${name};`,
  );
  await writeFile(
    join(folder, "nginx.conf"),
    `daemon off; pid ${folder}/pid; error_log ${folder}/error.log; worker_processes 1;
     events { worker_connections 256; }
     http { access_log off; ${temp.join(" ")} ${blocks.join("\n")} }`,
  );
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  const child = spawn("/usr/sbin/nginx", ["-p", folder, "-c", "nginx.conf"], { stdio: "pipe" });
  const said: string[] = [];
  child.stderr.on("data", (chunk) => said.push(String(chunk)));
  const stop = async () => {
    if (child.exitCode === null) {
      child.kill("SIGTERM");
      await once(child, "exit");
    }
    await rm(folder, { recursive: true, force: true });
  };
  try {
    for (const port of ports) await takesConnections(port, child);
  } catch (error) {
    await stop();
    throw new Error(`nginx did not start: ${said.join("")}`, { cause: error });
  }
  return { ports, stop };
}
