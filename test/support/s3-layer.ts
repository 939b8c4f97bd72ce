import { once } from "node:events";
import { createServer, request as forward, type IncomingMessage } from "node:http";

/** A request to S3, as far as its signature and its address tell it. */
export interface S3Request {
  readonly method: string;
  /** Empty for a listing of all buckets. */
  readonly bucket: string;
  /** The sub-resources that are asked for, and other parameters. */
  readonly query: URLSearchParams;
  readonly accessKey: string;
  readonly region: string;
}
export interface S3Answer {
  readonly status: number;
  readonly body: string;
}

export interface S3Layer {
  readonly url: string;
  /** `GET bucket?policy`, in the order of arrival. */
  readonly asked: readonly string[];
  readonly close: () => Promise<void>;
}

/**
 * Stands before an emulator of S3 and answers as another vendor does.
 * @param answer what the vendor says itself; null: what the emulator says
 * @param change the vendor's form of what the emulator says
 */
export async function s3LayerOver(
  emulator: string,
  answer: (request: S3Request) => S3Answer | null,
  change: (request: S3Request, given: S3Answer) => S3Answer = (_, given) => given,
): Promise<S3Layer> {
  const asked: string[] = [];
  const serve = async (incoming: IncomingMessage): Promise<S3Answer> => {
    const request = toRequest(incoming);
    asked.push(`${request.method} ${request.bucket}?${[...request.query.keys()].join("&")}`);
    const own = answer(request);
    if (own !== null) return own;
    const onward = forward(`${emulator}${incoming.url ?? "/"}`, {
      method: request.method,
      headers: incoming.headers,
    });
    onward.end();
    const [given] = (await once(onward, "response")) as [IncomingMessage];
    const chunks: Buffer[] = [];
    for await (const chunk of given) chunks.push(Buffer.from(chunk));
    const body = Buffer.concat(chunks).toString("utf8");
    return change(request, { status: given.statusCode ?? 500, body });
  };
  const server = createServer((incoming, response) => {
    serve(incoming).then(
      ({ status, body }) =>
        response.writeHead(status, { "Content-Type": "application/xml" }).end(body),
      () => response.destroy(),
    );
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the layer has no port");
  return {
    url: `http://127.0.0.1:${address.port}`,
    asked,
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}

/** An error as S3 says it. */
export function s3Error(status: number, code: string): S3Answer {
  const xml = '<?xml version="1.0" encoding="UTF-8"?>';
  return {
    status,
    body: `${xml}<Error><Code>${code}</Code><Message>said the vendor</Message></Error>`,
  };
}

/** The listing without the buckets that do not belong there. */
export function onlyBuckets(body: string, belongs: (name: string) => boolean): string {
  return body.replaceAll(/<Bucket>.*?<\/Bucket>/gs, (entry) =>
    belongs(/<Name>(.*?)<\/Name>/.exec(entry)?.[1] ?? "") ? entry : "",
  );
}

function toRequest({ method = "", url = "/", headers }: IncomingMessage): S3Request {
  const { pathname, searchParams: query } = new URL(url, "http://layer");
  const scope = /Credential=([^/]+)\/\d{8}\/([^/]+)\/s3\//.exec(headers.authorization ?? "");
  const [, accessKey = "", region = ""] = scope ?? [];
  return { method, bucket: pathname.split("/")[1] ?? "", query, accessKey, region };
}
