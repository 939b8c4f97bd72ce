import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createSecureContext } from "node:tls";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { cipherSuites } from "#facts/cipher-suites.ts";
import { TLS_PROFILES, type TlsProfile } from "#facts/tls-profiles.ts";
import { settingsInWords, tlsSettings, versionsInWords } from "#facts/tls-settings.ts";
import { has } from "../support/requirements.ts";

const profiles = TLS_PROFILES.map((profile) => [profile.id, profile] as const);
const folder = mkdtempSync(join(tmpdir(), "probity-settings-"));
const key = join(folder, "key.pem");
const certificate = join(folder, "certificate.pem");
/** HAProxy wants both in one file. */
const both = join(folder, "both.pem");

afterAll(() => rmSync(folder, { recursive: true }));

function lines(profile: TlsProfile, server: string, openssl35: boolean): readonly string[] {
  const settings = tlsSettings(profile, openssl35).find((one) => one.server === server);
  // The file of a prime must be there for a server to take its name.
  return (settings?.lines ?? []).map((line) =>
    line.replace(/\/etc\/ssl\/(ffdhe\d+)\.pem/, join(folder, "$1.pem")),
  );
}

/** What stands behind a setting's name. */
function valueOf(settings: readonly string[], name: string): string | undefined {
  const line = settings.find((one) => one.startsWith(`${name} `));
  return line?.slice(name.length + 1).replace(/;$/, "");
}

describe.each(profiles)("%s", (_, profile) => {
  test("every server gets the same suites and groups", () => {
    const nginx = lines(profile, "nginx", true);
    const haproxy = lines(profile, "HAProxy", true);
    const apache = lines(profile, "Apache", true);
    const suites = valueOf(nginx, "ssl_ciphers");
    expect(valueOf(haproxy, "ssl-default-bind-ciphers")).toBe(suites);
    const old = apache.find((line) => /^SSLCipherSuite (?!TLSv1\.3)/.test(line));
    expect(old?.split(" ")[1]).toBe(suites);
    const modern = valueOf(nginx, "ssl_conf_command Ciphersuites");
    expect(valueOf(haproxy, "ssl-default-bind-ciphersuites")).toBe(modern);
    expect(valueOf(apache, "SSLCipherSuite TLSv1.3")).toBe(modern);
    const groups = valueOf(nginx, "ssl_ecdh_curve");
    expect(valueOf(haproxy, "ssl-default-bind-curves")).toBe(groups);
    expect(valueOf(apache, "SSLOpenSSLConfCmd Curves")).toBe(groups);
    expect(suites === undefined).toBe(!profile.versions.includes("TLSv1.2"));
  });

  test("Node's OpenSSL knows all of its groups and suites", () => {
    const nginx = lines(profile, "nginx", true);
    const ecdhCurve = valueOf(nginx, "ssl_ecdh_curve");
    const ciphers = [
      valueOf(nginx, "ssl_conf_command Ciphersuites"),
      valueOf(nginx, "ssl_ciphers"),
    ];
    expect(() =>
      createSecureContext({
        ecdhCurve,
        ciphers: ciphers.filter((one) => one !== undefined).join(":"),
      }),
    ).not.toThrow();
  });
});

describe.skipIf(!has("openssl"))("openssl ciphers", () => {
  test.each(profiles)("%s: the string means the recommended suites and no others", (_, profile) => {
    const nginx = lines(profile, "nginx", false);
    const built = new Set(ciphersOf("ALL:COMPLEMENTOFALL:@SECLEVEL=0", "TLS_AES_128_CCM_SHA256"));
    // A build may lack suites (3DES in most), but must know those that are not of the past.
    const expected = profile.suites.filter((name) => built.has(name) || !name.includes("3DES"));
    const modern = valueOf(nginx, "ssl_conf_command Ciphersuites") ?? "";
    const meant = ciphersOf(valueOf(nginx, "ssl_ciphers") ?? "", modern);
    expect(new Set(meant)).toEqual(new Set(expected));
  });
});

/** IANA names of what OpenSSL takes a string of suites to mean; none up to TLS 1.2 where it is empty. */
function ciphersOf(suites: string, modern: string): readonly string[] {
  const args = ["ciphers", "-V", "-ciphersuites", modern, suites === "" ? "ECDHE" : suites];
  const rows = execFileSync("openssl", args, { encoding: "utf8" }).trim().split("\n");
  return rows.flatMap((row) => {
    const [, high = "", low = ""] = /0x(\w\w),0x(\w\w)/.exec(row) ?? [];
    const suite = cipherSuites().get(Number.parseInt(high + low, 16));
    return suite === undefined || (suites === "" && suite.since !== "TLSv1.3") ? [] : [suite.name];
  });
}

/** Whether the OpenSSL that the distribution's servers are built with has post-quantum groups. */
function isOpenssl35(): boolean {
  const [, major = 0, minor = 0] = (
    /OpenSSL (\d+)\.(\d+)/.exec(execFileSync("openssl", ["version"], { encoding: "utf8" })) ?? []
  ).map(Number);
  return major > 3 || (major === 3 && minor >= 5);
}

describe.skipIf(!has("nginx") || !has("openssl"))("the servers themselves", () => {
  beforeAll(() => {
    const subject = ["-subj", "/CN=localhost", "-days", "2", "-nodes"];
    run("openssl", [
      "req",
      "-x509",
      "-newkey",
      "rsa:3072",
      "-keyout",
      key,
      "-out",
      certificate,
      ...subject,
    ]);
    for (const group of ["ffdhe2048", "ffdhe3072"]) {
      const form = ["genpkey", "-genparam", "-algorithm", "DH", "-pkeyopt", `group:${group}`];
      run("openssl", [...form, "-out", join(folder, `${group}.pem`)]);
    }
    run("sh", ["-c", `cat ${certificate} ${key} > ${both}`]);
  });

  test.each(profiles)("nginx takes %s", (_, profile) => {
    const file = join(folder, "nginx.conf");
    const settings = lines(profile, "nginx", isOpenssl35()).join("\n");
    writeFileSync(
      file,
      `pid ${folder}/nginx.pid; error_log stderr; events {}
http { access_log off; server { listen 127.0.0.1:8443 ssl;
ssl_certificate ${certificate}; ssl_certificate_key ${key};
${settings} } }`,
    );
    expect(run("nginx", ["-t", "-q", "-c", file, "-p", folder])).toBe("");
  });

  test.skipIf(!has("haproxy")).each(profiles)("HAProxy takes %s", (_, profile) => {
    const file = join(folder, "haproxy.cfg");
    writeFileSync(
      file,
      `global
  ${lines(profile, "HAProxy", isOpenssl35()).join("\n  ")}
defaults
  mode http
  timeout client 1s
  timeout connect 1s
  timeout server 1s
frontend front
  bind 127.0.0.1:8443 ssl crt ${both}
  default_backend back
backend back
`,
    );
    run("/usr/sbin/haproxy", ["-c", "-q", "-f", file]);
  });

  const modules = "/usr/lib/apache2/modules";
  test.skipIf(!has("apache")).each(profiles)("Apache takes %s", (_, profile) => {
    const file = join(folder, "apache.conf");
    const needed = ["mpm_event", "ssl", "socache_shmcb", "authz_core"];
    writeFileSync(
      file,
      `ServerRoot ${folder}
ServerName localhost
PidFile ${folder}/apache.pid
ErrorLog /dev/stderr
DefaultRuntimeDir ${folder}
${needed.map((name) => `LoadModule ${name}_module ${modules}/mod_${name}.so`).join("\n")}
Listen 127.0.0.1:8443
<VirtualHost 127.0.0.1:8443>
SSLEngine on
SSLCertificateFile ${certificate}
SSLCertificateKeyFile ${key}
${lines(profile, "Apache", isOpenssl35()).join("\n")}
</VirtualHost>
`,
    );
    run("/usr/sbin/apache2", ["-t", "-f", file]);
  });
});

/** Runs a command that must succeed, and returns what it complains of. */
function run(command: string, args: readonly string[]): string {
  const path = `${process.env["PATH"] ?? ""}:/usr/sbin`;
  const { status, stderr } = spawnSync(command, args, {
    encoding: "utf8",
    env: { ...process.env, PATH: path },
  });
  expect(status, `${command} ${args.join(" ")}\n${stderr}`).toBe(0);
  return stderr;
}

describe("in words", () => {
  const [, intermediate] = profiles.find(([id]) => id === "mozilla-intermediate@6") ?? [];
  const [, bsi] = profiles.find(([id]) => id.startsWith("bsi")) ?? [];
  if (intermediate === undefined || bsi === undefined) throw new Error("a profile is missing");

  test("the parts that are asked for, one setting a line", () => {
    expect(settingsInWords(intermediate, ["groups"]).split("\n")).toEqual([
      "Set the server to Mozilla intermediate 6 (a cloud service: to a TLS policy as strict).",
      "nginx: ssl_ecdh_curve X25519MLKEM768:X25519:prime256v1:secp384r1;",
      "Apache: SSLOpenSSLConfCmd Curves X25519MLKEM768:X25519:prime256v1:secp384r1",
      "HAProxy: ssl-default-bind-curves X25519MLKEM768:X25519:prime256v1:secp384r1",
      "Before OpenSSL 3.5 leave out X25519MLKEM768.",
    ]);
    expect(settingsInWords(intermediate, ["versions"])).not.toContain("ciphers");
  });
  test("a line for each server, the long list of suites once", () => {
    expect(settingsInWords(intermediate, ["versions", "suites"]).split("\n").slice(1)).toEqual([
      "nginx: ssl_protocols TLSv1.2 TLSv1.3;",
      "Apache: SSLProtocol -all +TLSv1.2 +TLSv1.3",
      "HAProxy: ssl-default-bind-options ssl-min-ver TLSv1.2",
      expect.stringMatching(/^nginx: ssl_ciphers ECDHE-\S+; ssl_prefer_server_ciphers off;$/),
      "Apache: SSLCipherSuite (the same list) · SSLHonorCipherOrder off",
      "HAProxy: ssl-default-bind-ciphers (the same list) · ssl-default-bind-options prefer-client-ciphers",
    ]);
  });
  test("the suites of TLS 1.3 where they are asked for, or are not OpenSSL's own", () => {
    expect(settingsInWords(intermediate, ["suites"])).not.toContain("TLSv1.3");
    expect(settingsInWords(intermediate, ["suites13"])).toContain("SSLCipherSuite TLSv1.3 TLS_AES");
    expect(settingsInWords(bsi, ["suites"])).toContain("nginx: ssl_conf_command Ciphersuites TLS_");
  });
  test("how the file of a prime is made", () => {
    expect(settingsInWords(bsi, ["groups"])).toContain(
      "group:ffdhe3072 -out /etc/ssl/ffdhe3072.pem",
    );
  });
  test("versions alone", () => {
    expect(versionsInWords(["TLSv1.0", "TLSv1.1", "TLSv1.2"])).toBe(
      [
        "Accept TLSv1.0, TLSv1.1, TLSv1.2 only; on a cloud service set its minimum TLS version.",
        "nginx: ssl_protocols TLSv1 TLSv1.1 TLSv1.2;",
        "Apache: SSLProtocol -all +TLSv1 +TLSv1.1 +TLSv1.2",
        "HAProxy: ssl-default-bind-options ssl-min-ver TLSv1.0",
      ].join("\n"),
    );
  });
});
