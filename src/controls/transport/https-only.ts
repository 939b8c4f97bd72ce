import { notApplicable, settle } from "#controls/settle.ts";
import { defineControl, type Judgement } from "#model/control.ts";
import { renderSeconds, shortestSeconds } from "#model/duration.ts";
import type { ClearText, HttpFacet, Transport } from "#model/facets.ts";
import type { SchemaKit, z } from "#model/schema.ts";
import { listed, plain } from "#model/text.ts";

const expectation = ({ duration, z }: SchemaKit) =>
  z
    .strictObject({
      hsts: z
        .enum(["required", "optional"])
        .default("optional")
        .describe(
          "Whether an endpoint's HTTPS answer must carry HSTS (RFC 6797); a cloud service's setting says nothing of it. Unless required, it is not judged.",
        ),
      hstsMinAge: duration
        .optional()
        .describe(
          "How long HSTS must hold at least (its max-age): an ISO 8601 duration such as P1Y; only with hsts: required. Left out: any time above zero.",
        ),
    })
    .refine((expect) => expect.hstsMinAge === undefined || expect.hsts === "required", {
      error: "hstsMinAge needs hsts: required",
    });
type Expectation = z.output<ReturnType<typeof expectation>>;

export default defineControl({
  id: "https-only",
  title: "No clear-text access",
  rationale:
    "Where a server answers in clear text, anyone on the way can read and change what is sent, whatever its TLS is like.",
  severity: "high",
  judges: "subject",
  needs: ["http", "transport"],
  expectation,
  baseline: { hsts: "optional" },
  evaluate: ({ expect, facets }) => {
    if (facets.http !== undefined) return judgeEndpoint(expect, facets.http, facets.transport);
    if (facets.transport !== undefined) return judgeSetting(facets.transport);
    return notApplicable("speaks no HTTP");
  },
  remediation:
    "A web server: close port 80 or let it answer with nothing but a redirect to https://, and send Strict-Transport-Security on every HTTPS answer. " +
    "A storage account: turn on secure transfer required. " +
    "An S3 bucket: give it a bucket policy that denies every request with aws:SecureTransport false, on the bucket and on its objects.",
  references: [
    "https://www.rfc-editor.org/rfc/rfc6797",
    "https://developer.mozilla.org/en-US/docs/Web/HTTP/Reference/Headers/Strict-Transport-Security",
    "https://learn.microsoft.com/azure/storage/common/storage-require-secure-transfer",
    "https://docs.aws.amazon.com/AmazonS3/latest/userguide/security-best-practices.html",
  ],
});

function judgeEndpoint(
  expect: Expectation,
  http: HttpFacet,
  transport: Transport | undefined,
): Judgement {
  const failures: string[] = [];
  const open: string[] = [];
  const url = plain(http.url);
  const at = placesOf(http);
  let held = `${url} refuses clear text${at}`;
  switch (http.clearText) {
    case "refused":
      break;
    case "redirects-to-https":
      held = `${url} redirects to HTTPS${at}`;
      break;
    case "redirects-elsewhere":
      failures.push(
        `${url} redirects to clear text again (${plain(http.location ?? "no address")})${at}`,
      );
      break;
    case "serves":
      failures.push(
        `${url} serves in clear text${http.status === null ? "" : ` (status ${http.status})`}${at}`,
      );
      break;
    case "unknown":
      open.push(`could not tell whether ${url} serves in clear text${at}`);
  }
  for (const { address, clearText: kind, why } of http.addresses ?? []) {
    if (kind === http.clearText) continue;
    if (kind === "serves" || kind === "redirects-elsewhere") {
      failures.push(`${url} ${OTHERWISE[kind]} at ${plain(address)}`);
    } else if (kind === "unknown") {
      open.push(
        `could not tell whether ${url} serves in clear text at ${plain(address)}${because(why)}`,
      );
    }
  }
  if (expect.hsts === "required") {
    const least = expect.hstsMinAge === undefined ? 1 : shortestSeconds(expect.hstsMinAge);
    const age = http.hsts?.maxAgeSeconds ?? null;
    if (!http.httpsAnswered) open.push("HTTPS gave no answer, so HSTS is not known");
    else if (age === null) failures.push("the HTTPS answer carries no HSTS");
    else if (age === 0) failures.push("HSTS is turned off (max-age=0)");
    else if (age < least) failures.push(`HSTS holds for ${renderSeconds(age)} only`);
    else held += `, HSTS for ${renderSeconds(age)}`;
  }
  const minimum = expect.hstsMinAge === undefined ? "" : ` for ${expect.hstsMinAge} or longer`;
  const { clearText, status, location, hsts, httpsAnswered, addresses } = http;
  // What is set for the service behind the name counts beside what its wire shows: both must hold.
  const secureOnly = transport?.secureOnly ?? null;
  const how = plain(transport?.detail ?? "");
  const set = secureOnly === false ? [`the setting lets clear text in (${how})`] : [];
  const contradiction = contradictions(http, secureOnly, how);
  const all = [...failures, ...set];
  const judgement = settle({
    failures: all.length === 0 ? [] : [...all, ...contradiction],
    open: [...open, ...(transport?.unseen ?? []).map((way) => plain(way, 600))],
    held: secureOnly === true ? `${held}, as the setting says (${how})` : held,
    declared: `HTTPS only${expect.hsts === "required" ? `, HSTS${minimum}` : ""}`,
    actual: {
      clearText,
      status,
      location,
      hstsMaxAge: hsts?.maxAgeSeconds ?? null,
      httpsAnswered,
      ...(addresses === undefined
        ? {}
        : {
            addresses: addresses.map((one) => ({ address: one.address, clearText: one.clearText })),
          }),
      ...(secureOnly === null ? {} : { secureOnly }),
    },
  });
  if (failures.length === 0) return judgement;
  const clear = clearText === "serves" || clearText === "redirects-elsewhere";
  return {
    ...judgement,
    remediation: [
      ...(clear ? REDIRECT : []),
      ...(failures.length > (clear ? 1 : 0) ? HSTS : []),
    ].join("\n"),
  };
}

const OTHERWISE: Readonly<Record<ClearText, string>> = {
  refused: "refuses it",
  "redirects-to-https": "redirects to HTTPS",
  "redirects-elsewhere": "redirects to clear text again",
  serves: "serves in clear text",
  unknown: "is not known",
};
const MOST_TOLD = 8;

function because(why: string | null): string {
  return why === null ? "" : ` (${plain(why)})`;
}

/** At which addresses of a name it is as told, and at which it is well otherwise; empty for a name with one. */
function placesOf({ addresses = [], clearText }: HttpFacet): string {
  if (addresses.length === 0) return "";
  const alike = addresses.filter((one) => one.clearText === clearText);
  const well = addresses.filter(
    (one) => one.clearText !== clearText && /^(?:refused|redirects-to-https)$/.test(one.clearText),
  );
  const rest = well.map((one) => `${one.address} ${OTHERWISE[one.clearText]}`);
  const where =
    alike.length === addresses.length && clearText !== "unknown"
      ? `each of its ${addresses.length} addresses`
      : listed(
          alike.map(({ address, why }) => `${address}${because(why)}`),
          MOST_TOLD,
        );
  return ` at ${where}${rest.length === 0 ? "" : `; but ${listed(rest, MOST_TOLD)}`}`;
}

/** Where the wire and the setting of one name do not say the same, with both sources. */
function contradictions(
  { clearText }: HttpFacet,
  secureOnly: boolean | null,
  how: string,
): readonly string[] {
  const refused = clearText === "refused" || clearText === "redirects-to-https";
  if (secureOnly === false && refused) {
    return ["the wire contradicts it: no clear text is served there"];
  }
  const served = clearText === "serves" || clearText === "redirects-elsewhere";
  return secureOnly === true && served
    ? [`the setting contradicts the wire: it refuses clear text (${how})`]
    : [];
}

const REDIRECT = [
  "Close port 80, or redirect all of it to https://.",
  "nginx: return 301 https://$host$request_uri;",
  "Apache: RewriteEngine on · RewriteRule ^ https://%{HTTP_HOST}%{REQUEST_URI} [R=301,L]",
  "HAProxy: http-request redirect scheme https code 301",
];
const HSTS = [
  "Send Strict-Transport-Security: max-age=31536000 on every HTTPS answer.",
  'nginx: add_header Strict-Transport-Security "max-age=31536000" always;',
  'Apache: Header always set Strict-Transport-Security "max-age=31536000"',
  'HAProxy: http-response set-header Strict-Transport-Security "max-age=31536000"',
];

function judgeSetting({ secureOnly, detail }: Transport): Judgement {
  const how = plain(detail);
  return settle({
    failures: secureOnly === false ? [`clear text is let in (${how})`] : [],
    open: secureOnly === null ? [`nothing says whether clear text is refused (${how})`] : [],
    held: `clear text is refused (${how})`,
    declared: "encrypted connections only",
    actual: { secureOnly },
  });
}
