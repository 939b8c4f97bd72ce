import type { CertificateSummary, ListCertificatesResponse } from "@aws-sdk/client-acm";
import { defineProbe } from "#model/probe.ts";
import { classifyAws } from "./errors.ts";
import { defineListing, listAll, observeListed } from "./listing.ts";
import { inAccount } from "./session.ts";

const KIND = "AWS::ACM::Certificate";
const PERMISSION = "acm:ListCertificates";

/** Certificates of ACM. What a server really shows is read from the wire. */
export default defineProbe({
  id: "aws-acm",
  title: "AWS Certificate Manager",
  provider: "aws",
  kinds: [KIND],
  provides: { inventory: { permissions: ["ec2:DescribeRegions", PERMISSION, "tag:GetResources"] } },
  classify: classifyAws,
  gather: async function* gather(target, wanted, context) {
    if (target.provider !== "aws") return;
    yield* inAccount(target, context, async function* act(session) {
      yield* observeListed(certificates, await listAll(certificates, session), wanted, session);
    });
  },
});

const certificates = defineListing({
  kinds: [KIND],
  service: "acm",
  operation: "ListCertificates",
  permission: PERMISSION,
  reach: "everywhere",
  page: (NextToken) => async (client, options) => {
    const { KeyAlgorithm, ListCertificatesCommand } = await import("@aws-sdk/client-acm");
    // Without the filter only RSA keys of 1024 and 2048 bits are listed.
    // https://docs.aws.amazon.com/acm/latest/APIReference/API_Filters.html
    const Includes = { keyTypes: Object.values(KeyAlgorithm) };
    return client.send(new ListCertificatesCommand({ Includes, NextToken }), options);
  },
  next: (page: ListCertificatesResponse) => page.NextToken,
  items: (page) => page.CertificateSummaryList,
  subject: ({ CertificateArn: id, DomainName }: CertificateSummary) => {
    if (id === undefined) throw new TypeError("a certificate without ARN");
    // An imported one may name its hosts as alternative names only.
    return { id, name: DomainName ?? id, tags: "elsewhere" };
  },
});
