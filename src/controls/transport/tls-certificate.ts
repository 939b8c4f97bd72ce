import { judgePresented, shownCertificate } from "#controls/certificate-judgement.ts";
import { keyName } from "#controls/certificate-fitness.ts";
import { certificateRemedies } from "#controls/certificate-remedies.ts";
import { notApplicable, settle } from "#controls/settle.ts";
import { defineControl } from "#model/control.ts";
import { parseMoment } from "#model/moment.ts";
import type { SchemaKit, z } from "#model/schema.ts";
import { plain } from "#model/text.ts";

const expectation = ({ z }: SchemaKit) =>
  z.strictObject({
    minimumRsaBits: z
      .int()
      .min(512)
      .default(2048)
      .describe(
        "Smallest size of a server's RSA key, in bits; an intermediate's need only have 2048.",
      ),
    minimumEcBits: z
      .int()
      .min(112)
      .default(256)
      .describe(
        "Smallest size of a server's elliptic-curve (ECDSA) key, in bits; an intermediate's need only have 256. Ed25519, Ed448, ML-DSA and SLH-DSA always suffice.",
      ),
    timestamps: z
      .enum(["required", "optional"])
      .default("optional")
      .describe(
        "Whether certificates must be in public logs (Certificate Transparency), as browsers ask of public authorities: two signed timestamps, three for a life of more than 180 days.",
      ),
  });
type Expectation = z.output<ReturnType<typeof expectation>>;

const MAX_UNFINISHED = 5;

export default defineControl({
  id: "tls-certificate",
  title: "TLS certificate",
  rationale:
    "A client can only know whom it talks to by a certificate that is trusted, names the host, is valid now, has a key and a signature that cannot be forged, and whose key the server shows to have. " +
    "A server with several kinds of key must have that for each: which one is shown is the client's choice.",
  severity: "high",
  judges: "subject",
  needs: ["certificate"],
  expectation,
  // Trust, name and stapled answer are judged as they were when they were read, validity for the moment of judging.
  // What a client gets that names no host is nobody's promise.
  evaluate: ({ expect, facets, now, observedAt }) => {
    const facet = facets.certificate;
    if (facet === undefined) return notApplicable("shows no certificate");
    const readAt = parseMoment(observedAt.certificate ?? "") ?? now.getTime();
    const moments = { now: now.getTime(), readAt };
    const host = plain(facet.hostname);
    const all = facet.presented.map((presented) => {
      const [leaf] = presented.chain;
      const which = facet.presented.length > 1 && leaf !== undefined ? `${keyName(leaf)} ` : "";
      const judged = judgePresented(presented, {
        expect,
        host,
        moments,
        name: `the ${which}certificate`,
      });
      return { ...judged, label: which === "" ? "" : `${which}certificate: ` };
    });
    const said = (part: "failures" | "open") =>
      all.flatMap((one) => one[part].map((words) => `${one.label}${words}`));
    const remedies = all.flatMap((one) => one.remedies ?? []);
    const remediation = certificateRemedies(remedies, host);
    const judgement = settle({
      failures: said("failures"),
      open: [
        ...said("open"),
        ...unfinishedWords(facet.unfinished),
        ...(all.length === 0 ? ["no certificate was sent"] : []),
      ],
      held: all.map(({ label, held }) => `${label}${held}`).join("; "),
      declared: declaredWords(expect),
      actual: {
        hostname: facet.hostname,
        certificates: facet.presented.map(shownCertificate),
        unfinished: [...facet.unfinished],
      },
      // Two chains may end in the same certificate.
      attention: [
        ...new Map(
          all.flatMap(({ attention }) => attention.map((note) => [note.message, note])),
        ).values(),
      ],
    });
    return remediation === undefined ? judgement : { ...judgement, remediation };
  },
  remediation:
    "Install a certificate of a public authority for every name that is served and for every kind of key, followed by its intermediate certificates in order " +
    "(nginx `ssl_certificate` and Apache `SSLCertificateFile` take one file of both, HAProxy `crt` one of both and the key), and renew it automatically (ACME). " +
    "Where the server does not have the key of its certificate, install the key that the certificate was asked for with (nginx `ssl_certificate_key`, Apache `SSLCertificateKeyFile`), or find out who answers in its place. " +
    "A certificate that is revoked, or signed by SHA-1, must be issued anew. " +
    "Where one demands OCSP stapling, turn it on: nginx `ssl_stapling on;`, Apache `SSLUseStapling on`, HAProxy `ocsp-update on`.",
  references: [
    "https://cabforum.org/working-groups/server/baseline-requirements/requirements/",
    "https://www.rfc-editor.org/rfc/rfc9525",
    "https://www.rfc-editor.org/rfc/rfc5280#section-6",
    "https://www.rfc-editor.org/rfc/rfc8446#section-4.4.2",
    "https://www.rfc-editor.org/rfc/rfc8446#section-4.4.3",
    "https://www.rfc-editor.org/rfc/rfc7633",
    "https://googlechrome.github.io/CertificateTransparency/ct_policy.html",
  ],
});

/** A server can send as much that cannot be read as it likes. */
function unfinishedWords(unfinished: readonly string[]): string[] {
  const more = unfinished.length - MAX_UNFINISHED;
  return [
    ...unfinished.slice(0, MAX_UNFINISHED).map((words) => plain(words)),
    ...(more > 0 ? [`${more} more that could not be read`] : []),
  ];
}

function declaredWords({ minimumRsaBits, minimumEcBits, timestamps }: Expectation): string {
  const logged = timestamps === "required" ? ", in public logs" : "";
  return `trusted, naming the host, valid now, RSA ≥ ${minimumRsaBits} or EC ≥ ${minimumEcBits} bits${logged}`;
}
