import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { get } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort, takesConnections } from "../../support/ports.ts";
import { findProgram } from "./run.ts";

/** One nginx in a process of its own. */
export interface BenchServer {
  /** The port of each server, in their order. */
  readonly ports: readonly number[];
  /** Connections taken so far, by its own count. */
  readonly accepted: () => Promise<number>;
  readonly close: () => Promise<void>;
}

/** What `listen` lines and settings one server has; `PORT` in `listen` stands for a free port. */
export interface ServerSettings {
  readonly listen: readonly string[];
  readonly settings: string;
}

/** The name in the certificates. */
export const SERVER_NAME = "bench.example";

const SUITES_6 =
  "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305";
const SUITES_57 = `${SUITES_6}:DHE-RSA-AES128-GCM-SHA256:DHE-RSA-AES256-GCM-SHA384:DHE-RSA-CHACHA20-POLY1305`;
/** X25519MLKEM768 leads this list in 5.8 and 6; the OpenSSL 3.0 of many distributions does not know it. */
const INTERMEDIATE = `ssl_protocols TLSv1.2 TLSv1.3; ssl_prefer_server_ciphers off;
  ssl_ecdh_curve X25519:prime256v1:secp384r1; ssl_session_tickets off; ssl_dhparam dh.pem;`;
const RSA = "ssl_certificate rsa.crt; ssl_certificate_key rsa.key;";
const ECDSA = "ssl_certificate ec.crt; ssl_certificate_key ec.key;";

/** What Mozilla's generator writes for nginx, intermediate: of version 6, and of 5.7 with its DHE suites. */
export const INTERMEDIATE_6 = `${RSA} ${INTERMEDIATE} ssl_ciphers ${SUITES_6};`;
export const INTERMEDIATE_57 = `${RSA} ${INTERMEDIATE} ssl_ciphers ${SUITES_57};`;
/** The same for a server whose signatures cost little. */
export const INTERMEDIATE_ECDSA = `${ECDSA} ${INTERMEDIATE} ssl_ciphers ${SUITES_6};`;
/** Nearly everything that the local OpenSSL can, from TLS 1.0 to 1.2: 88 suites of OpenSSL 3.0. */
export const LEGACY = `${RSA} ssl_protocols TLSv1 TLSv1.1 TLSv1.2; ssl_dhparam dh.pem;
  ssl_prefer_server_ciphers on; ssl_ciphers "ALL:@SECLEVEL=0";`;

/**
 * Starts nginx with one worker; resolves once it takes connections.
 * @throws Error where nginx is missing, or with its words when it does not start.
 */
export async function startBenchServer(servers: readonly ServerSettings[]): Promise<BenchServer> {
  const nginx = findProgram("NGINX", "nginx", "/usr/sbin/nginx");
  if (nginx === null) throw new Error("this bench needs nginx: install it, or name it by NGINX=…");
  const folder = await mkdtemp(join(tmpdir(), "probity-bench-"));
  const ports = await Promise.all(servers.map(freePort));
  const statusPort = await freePort();
  makeCertificate(folder, "rsa", ["-newkey", "rsa:2048"]);
  makeCertificate(folder, "ec", ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]);
  // The prime of RFC 7919 that Mozilla's generator hands out.
  const group = ["-algorithm", "DH", "-pkeyopt", "group:ffdhe2048"];
  openssl("genpkey", "-genparam", ...group, "-out", join(folder, "dh.pem"));
  const temp = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(
    (name) => `${name}_temp_path ${folder}/${name};`,
  );
  const blocks = servers.map(({ listen, settings }, index) => {
    const lines = listen.map(
      (place) => `listen ${place.replace("PORT", String(ports[index]))} ssl;`,
    );
    return `server { ${lines.join("\n")} ${settings} return 200; }`;
  });
  await writeFile(
    join(folder, "nginx.conf"),
    `daemon off; pid ${folder}/pid; error_log ${folder}/error.log; worker_processes 1;
     events { worker_connections 8192; }
     http { access_log off; ${temp.join(" ")}
       server { listen 127.0.0.1:${statusPort}; keepalive_timeout 0; location / { stub_status; } }
       ${blocks.join("\n")} }`,
  );
  const child = spawn(nginx, ["-p", folder, "-c", "nginx.conf"], { stdio: "pipe" });
  const said: string[] = [];
  child.stderr.on("data", (chunk) => said.push(String(chunk)));
  const close = async () => {
    if (child.exitCode === null) {
      child.kill("SIGTERM");
      await once(child, "exit");
    }
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await takesConnections(statusPort, child);
  } catch (error) {
    await close();
    throw new Error(`nginx did not start: ${said.join("")}`, { cause: error });
  }
  let asked = 0;
  return {
    ports,
    close,
    accepted: async () => {
      asked += 1;
      const accepts = /accepts handled requests\s+(\d+)/.exec(await fetchText(statusPort))?.[1];
      return Number(accepts) - asked;
    },
  };
}

function makeCertificate(folder: string, name: string, key: readonly string[]): void {
  const files = ["-keyout", join(folder, `${name}.key`), "-out", join(folder, `${name}.crt`)];
  const names = ["-subj", `/CN=${SERVER_NAME}`, "-addext", `subjectAltName=DNS:${SERVER_NAME}`];
  openssl("req", "-x509", "-nodes", "-days", "60", ...key, ...files, ...names);
}

function openssl(...args: readonly string[]): void {
  execFileSync("openssl", args, { stdio: "ignore" });
}

function fetchText(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    get({ host: "127.0.0.1", port, agent: false }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (part: string) => (text += part));
      response.on("end", () => resolve(text)).on("error", reject);
    }).on("error", reject);
  });
}
