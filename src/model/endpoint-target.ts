/** The endpoints that an estate declares, and what must hold of each. */
import { parseRange } from "./address-ranges.ts";
import { ENDPOINT_SCHEMES, STARTTLS_PROTOCOLS } from "./endpoint-url.ts";
import { sha256, z } from "./schema.ts";
import { common } from "./target-common.ts";

const identityAddress = (form: RegExp, without: string) =>
  z
    .url({ protocol: /^https$/, error: "expected an https:// address" })
    .refine(form.test.bind(form), {
      error: `expected an https:// address without ${without}`,
    });
/** A company's own: what its customers sign on with is theirs to answer for. */
const identity = z
  .strictObject({
    oidc: identityAddress(/^https:\/\/[^@?#\s]+$/i, "name, password, query or fragment")
      .optional()
      .describe(
        "Issuer of an OpenID provider, character for character as its documents name it; the discovery document lies below it.",
      ),
    saml: identityAddress(/^https:\/\/[^@#\s]+$/i, "name, password or fragment")
      .optional()
      .describe("Address of SAML metadata."),
  })
  .refine(({ oidc, saml }) => oidc !== undefined || saml !== undefined, {
    error: "expected oidc, saml or both",
  })
  .describe(
    "The company's own identity endpoints, which its customers sign on with; never a customer's identity provider. Where an address has the host and port of url, connect leads there too.",
  );
/** `ADDRESS`, `ADDRESS:PORT`; an IPv6 address with a port stands in brackets. */
function isResolver(text: string): boolean {
  const found = /^(?:\[([^\]]+)\]|([\d.]+)|([0-9a-f:]+))(?::(\d{1,5}))?$/i.exec(text);
  const [, bracketed, ipv4, bare, port] = found ?? [];
  const address = bracketed ?? ipv4 ?? bare ?? "";
  const range = address.includes("/") ? null : parseRange(address);
  return range !== null && (port === undefined || (Number(port) > 0 && Number(port) < 65_536));
}

const port = z.int().min(1).max(65_535);
/** Each is tried twice, at most one attempt a second. */
const MOST_CLOSED = 20;
const outside = z
  .strictObject({
    closed: z
      .array(port)
      .max(MOST_CLOSED)
      .default([])
      .describe(
        `Ports of the host that must be closed to who comes from where Probity runs, such as 22 and 3389; at most ${MOST_CLOSED}. Each is tried twice, at most one attempt a second.`,
      ),
    restricted: z
      .boolean()
      .default(false)
      .describe(
        "true: the endpoint must turn away whoever comes from outside the declared ranges, which Probity then tries to be.",
      ),
    control: port
      .optional()
      .describe(
        "A port of the same host that answers everybody: only while it does is a closed port known to be closed, and not the host away. The endpoint's own when left out.",
      ),
    seenAs: z
      .string()
      .refine((text) => parseRange(text) !== null && !text.includes("/"), {
        error: "expected an IP address",
      })
      .optional()
      .describe(
        "The address by which the host sees the machine that Probity runs on, where that is not its own (behind address translation).",
      ),
  })
  .refine(({ closed, restricted }) => closed.length > 0 || restricted, {
    error: "expected closed ports, restricted: true, or both",
  })
  .refine(({ closed, control }) => control === undefined || !closed.includes(control), {
    error: "expected a control port that is not declared closed",
    path: ["control"],
  });
/** What stands after the host in an address of the endpoint. */
const path = z.string().regex(/^\/(?![/\\])[^\s#\\]{0,999}$/, {
  error: "expected a path such as /api/documents, without host and fragment",
});
const MOST_PATHS = 50;
export const endpointTarget = z.strictObject({
  ...common,
  provider: z.literal("endpoint"),
  endpoints: z
    .never({ error: "expected no endpoints: url and connect say where an endpoint is" })
    .optional(),
  credentials: z
    .never({ error: "expected no credentials: an endpoint is asked without any" })
    .optional(),
  url: z
    .url({
      protocol: new RegExp(`^(?:${ENDPOINT_SCHEMES.join("|")})$`),
      error:
        "expected an address such as https://www.example.com, tls://db.example.com:8443 or smtp://mail.example.com",
    })
    .describe(
      `Address of the endpoint. https://… and http://… are web servers; ssh://… is an SSH server; tls://host:port is any other server that speaks TLS at once, as are smtps, imaps, pop3s, ftps, ldaps and nntps; ${STARTTLS_PROTOCOLS.join(", ")} begin TLS by a command of their protocol.`,
    ),
  identity: identity.optional(),
  connect: z
    .strictObject({
      host: z.string().min(1).describe("Host name or IP address to connect to."),
      port: z
        .int()
        .min(1)
        .max(65_535)
        .optional()
        .describe("Port that speaks TLS; that of url when left out."),
      httpPort: z
        .int()
        .min(1)
        .max(65_535)
        .optional()
        .describe(
          "Port that is tried in clear text; 80 when left out, or the port of an http:// url.",
        ),
    })
    .optional()
    .describe(
      "Where to connect instead of what the name resolves to: for tests and for one server of many.",
    ),
  dns: z
    .strictObject({
      resolvers: z
        .array(
          z.string().refine(isResolver, {
            error:
              "expected the IP address of a resolver, with its port if it is not 53, such as 192.0.2.53 or [2001:db8::53]:5353",
          }),
        )
        .min(1)
        .max(3)
        .optional()
        .describe(
          "Resolvers to ask, ADDRESS or ADDRESS:PORT; those of this machine when left out. Only one that validates can tell that a name is secured by DNSSEC.",
        ),
      mail: z
        .hostname({ error: "expected a domain such as example.com" })
        .optional()
        .describe(
          "Domain whose mail is declared: its MX, SPF, DMARC and MTA-STS records are read too.",
        ),
    })
    .optional()
    .describe("How the declared name is looked up in DNS."),
  outside: outside
    .optional()
    .describe("What must not be reached from where Probity runs; it is tried from there."),
  protected: z
    .array(path)
    .min(1)
    .max(MOST_PATHS)
    .optional()
    .describe(
      "Paths of a web server that nobody gets without credentials; the path of url when left out. They are asked for without any.",
    ),
  signIn: z
    .array(z.url({ protocol: /^https$/, error: "expected an https address" }))
    .min(1)
    .max(MOST_PATHS)
    .optional()
    .describe(
      "Addresses with which those begin that a web server sends people to for signing in; of use where the address does not say so by its own words. They are never asked.",
    ),
  published: z
    .array(
      z.strictObject({
        path: path.describe("Path of the page."),
        sha256: sha256
          .optional()
          .describe(
            "SHA-256 of the content as somebody has looked at it, from a report; when it is another, the page has changed.",
          ),
      }),
    )
    .min(1)
    .max(MOST_PATHS)
    .optional()
    .describe("Pages of a web server that a statement points to; the path of url when left out."),
});
