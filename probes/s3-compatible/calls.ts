import type { S3Client } from "@aws-sdk/client-s3";

/** Where S3 is asked, at whichever vendor: a client for each region. AWS's own clients are such ones too. */
export interface S3Clients {
  readonly of: (service: "s3", region: string) => Promise<S3Client>;
}
