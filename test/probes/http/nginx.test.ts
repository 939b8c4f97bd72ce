import { afterAll, beforeAll, describe, expect, test } from "vitest";
import authentication from "#controls/access/authentication-required.ts";
import headers from "#controls/transport/http-security-headers.ts";
import { expectationOf } from "#model/expectation.ts";
import type { Control, Judgement } from "#model/control.ts";
import type { Facets } from "#model/facets.ts";
import { type Nginx, startNginx } from "../../support/nginx.ts";
import { has } from "../../support/requirements.ts";
import { certPem, HOST, keyPem, read } from "./kit.ts";

const TLS = "ssl_certificate cert.pem; ssl_certificate_key key.pem;";
const SECURITY_TXT = "Contact: mailto:security@server.example\\nExpires: 2027-01-01T00:00:00Z\\n";

/** As its administrators should set it up. */
const KEPT = `${TLS}
  add_header Strict-Transport-Security "max-age=63072000; includeSubDomains; preload" always;
  add_header X-Content-Type-Options nosniff always;
  add_header Content-Security-Policy "default-src 'self'; frame-ancestors 'self'" always;
  add_header Referrer-Policy strict-origin-when-cross-origin always;
  add_header Permissions-Policy "camera=()" always;
  add_header Set-Cookie "__Host-id=1; Secure; HttpOnly; SameSite=Lax; Path=/" always;
  default_type text/html;
  gzip on; gzip_min_length 1; gzip_types text/html;
  location = /api { auth_basic "api"; auth_basic_user_file none; return 401; }
  location = /private { return 302 https://${HOST}/login; }
  location = /login { return 200 "<form><input type=password name=p></form>"; }
  location = /.well-known/security.txt { default_type text/plain; return 200 "${SECURITY_TXT}"; }
  location / { return 200 "<p>hello</p>"; }`;
/** As it comes. */
const BARE = `${TLS}
  add_header Set-Cookie "PHPSESSID=1";
  default_type text/html;
  location / { return 200 "hello"; }
  location = /.well-known/security.txt { return 404; }`;

function judge(control: Control, written: object, facets: Partial<Facets>): Judgement {
  if (control.judges !== "subject") throw new Error("not a control of subjects");
  const subject = {
    target: "web",
    provider: "endpoint",
    kind: "endpoint",
    id: HOST,
    name: HOST,
    region: null,
    tags: {},
  } as const;
  const expected: unknown = expectationOf(control).parse(written);
  const now = new Date("2026-06-01T00:00:00Z");
  return control.evaluate({ expect: expected, subject, labels: [], facets, observedAt: {}, now });
}
const ALL = {
  strictTransportSecurity: "required",
  contentTypeOptions: "required",
  frameProtection: "required",
  contentSecurityPolicy: "required",
  referrerPolicy: "required",
  permissionsPolicy: "required",
};
const LOGIN = {
  unauthenticated: [401, 403, "login-redirect"],
  cookies: { secure: true, httpOnly: true, sameSite: true },
};

describe.skipIf(!has("nginx"))("nginx", () => {
  let nginx: Nginx;
  beforeAll(async () => {
    const servers = [
      { listen: "ssl http2", directives: KEPT },
      { listen: "ssl", directives: BARE },
    ];
    nginx = await startNginx(servers, { "cert.pem": certPem, "key.pem": keyPem });
  });
  afterAll(() => nginx.stop());
  const port = (which: number) => nginx.ports[which] ?? 0;

  test("with all headers, cookies and HTTP/2 holds", async () => {
    const httpAnswer = await read(port(0), "httpAnswer");
    expect(httpAnswer).toMatchObject({
      version: "HTTP/2",
      hops: [{ status: 200 }],
      content: { bytes: 12, complete: true },
      cookies: [{ name: "__Host-id", refused: null }],
    });
    expect(judge(headers, ALL, { httpAnswer })).toMatchObject({ outcome: "pass" });
    const protectedPaths = { protected: ["/api", "/private"] };
    const facet = await read(port(0), "authentication", protectedPaths);
    expect(judge(authentication, LOGIN, { authentication: facet })).toMatchObject({
      outcome: "pass",
      message: expect.stringMatching(/answers 401 [^;]*; .* sends on to a field for a password/),
    });
  });

  test("as it comes does not", async () => {
    const httpAnswer = await read(port(1), "httpAnswer");
    expect(httpAnswer).toMatchObject({ version: "HTTP/1.1", hops: [{ status: 200 }] });
    expect(judge(headers, ALL, { httpAnswer })).toMatchObject({ outcome: "fail" });
    const facet = await read(port(1), "authentication");
    expect(judge(authentication, LOGIN, { authentication: facet })).toMatchObject({
      outcome: "fail",
      message: expect.stringMatching(/answers 200 .*PHPSESSID without Secure, HttpOnly, SameSite/),
    });
  });

  test("tells its versions and its security.txt", async () => {
    expect(await read(port(0), "httpService")).toMatchObject({
      versions: [{ status: "answers" }, { status: "answers" }],
      securityTxt: { status: "found", expires: "2027-01-01T00:00:00Z", signed: false },
    });
    expect(await read(port(1), "httpService")).toMatchObject({
      versions: [{ status: "answers" }, { status: "not-offered" }],
      methods: null,
      securityTxt: { status: "absent" },
    });
  });
});
