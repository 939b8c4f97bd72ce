/** What to do about a certificate, by what is wrong with it: one line each, and only those that apply. */

/** What can be wrong with a certificate, by what mends it. In the order in which it is told. */
const REMEDIES = {
  possession:
    "Install the key that the certificate was asked for with (nginx ssl_certificate_key, Apache SSLCertificateKeyFile, HAProxy crt), or find out who answers in the server's place.",
  revoked: "Make a new key and have a certificate issued for it: this one is revoked.",
  expired:
    "Renew the certificate and reload the server; have it renewed by itself from now on (ACME: certbot, lego).",
  "not-yet-valid":
    "Go back to the certificate before it, or wait until it is valid; compare the authority's clock with yours.",
  "self-signed":
    "Have a certificate issued by a public authority (ACME: certbot, lego). Where only your own clients connect, give them this one: --ca-file here.",
  untrusted:
    "Have a certificate issued by a public authority (ACME: certbot, lego). Where the authority is your own, name its file: --ca-file here.",
  incomplete:
    "Send the intermediate certificates after the server's own (fullchain.pem), in one file: nginx ssl_certificate, Apache SSLCertificateFile, HAProxy crt (with the key).",
  name: "Have a certificate issued that names %HOST%, or serve the one that does for this name.",
  "weak-key":
    "Have a certificate issued for a new key: openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out key.pem",
  "weak-signature": "Have the certificate issued anew, signed with SHA-256 or better.",
  usage:
    "Have a certificate issued for TLS servers (key usage digitalSignature, extended key usage serverAuth).",
  authority:
    "Have a certificate issued by another authority, or by a newer certificate of this one.",
  staple:
    "Turn OCSP stapling on: nginx ssl_stapling on; Apache SSLUseStapling on; HAProxy ocsp-update on; or have a certificate issued that does not demand it.",
  timestamps: "Have the certificate issued by an authority that enters it in public logs.",
} as const;
/** A fault that has advice of its own. */
export type CertificateRemedy = keyof typeof REMEDIES;

/** The lines for these faults, each once; undefined where there are none. */
export function certificateRemedies(
  faults: readonly CertificateRemedy[],
  host: string,
): string | undefined {
  const lines = Object.entries(REMEDIES)
    .filter(([fault]) => faults.some((one) => one === fault))
    .map(([, words]) => words.replace("%HOST%", () => host));
  return lines.length === 0 ? undefined : lines.join("\n");
}
