import { once } from "node:events";
import {
  createServer,
  request as forward,
  type IncomingMessage,
  type ServerResponse,
} from "node:http";
import { answeringServices, type ApiAnswers } from "#fixtures/estate/aws/answers.ts";
import { signer, type AwsRequest, type Service } from "#fixtures/estate/aws/wire.ts";

/** A layer over an emulator of AWS. */
export interface AwsLayer {
  readonly url: string;
  /** Operations that the layer answered itself, each once. */
  readonly answered: ReadonlySet<string>;
  readonly close: () => Promise<void>;
}

/**
 * Stands before an emulator and answers what that lacks or gets wrong, in AWS's wire format; everything else goes
 * through untouched.
 * @param answers by account
 * @param home the account of keys that no role has given out
 */
export async function layerOver(
  emulator: string,
  answers: Readonly<Record<string, ApiAnswers>>,
  home: string,
): Promise<AwsLayer> {
  const answered = new Set<string>();
  const accounts = new Map<string, string>();
  const accountOf = (accessKey: string) => accounts.get(accessKey) ?? home;
  const services = new Map<string, readonly Service[]>();
  for (const [account, table] of Object.entries(answers)) {
    services.set(account, await answeringServices(table));
  }

  const handle = async (incoming: IncomingMessage, response: ServerResponse) => {
    const body = await bytesOf(incoming);
    const signed = signer(incoming.headers.authorization);
    const url = new URL(incoming.url ?? "/", "http://layer");
    if (signed !== null) {
      const asked: AwsRequest = {
        method: incoming.method ?? "",
        path: decodeURIComponent(url.pathname),
        query: url.searchParams,
        headers: incoming.headers,
        body: body.toString("utf8"),
        ...signed,
      };
      for (const service of services.get(accountOf(signed.accessKey)) ?? []) {
        const route = service.route(asked);
        if (route?.known !== true) continue;
        answered.add(route.operation);
        const answer = route.answer();
        response.writeHead(answer.status, { ...answer.headers });
        response.end(answer.body);
        return;
      }
    }
    const onward = forward(`${emulator}${incoming.url ?? "/"}`, {
      method: incoming.method ?? "GET",
      headers: incoming.headers,
    });
    onward.end(body);
    const [answer] = (await once(onward, "response")) as [IncomingMessage];
    const given = await bytesOf(answer);
    // Keys that a role gives out sign for the role's account from then on.
    const role = /arn%3Aaws%3Aiam%3A%3A(\d{12})%3Arole/.exec(body.toString("utf8"))?.[1];
    const key = /<AccessKeyId>(\w+)</.exec(given.toString("utf8"))?.[1];
    if (role !== undefined && key !== undefined) accounts.set(key, role);
    const { "transfer-encoding": _, ...headers } = answer.headers;
    response.writeHead(answer.statusCode ?? 500, { ...headers, "content-length": given.length });
    response.end(given);
  };
  const server = createServer((incoming, response) => {
    handle(incoming, response).catch(() => response.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the layer has no port");
  return {
    url: `http://127.0.0.1:${address.port}`,
    answered,
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}

async function bytesOf(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}
