import { createSocket, type RemoteInfo } from "node:dgram";
import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { freePort } from "./ports.ts";
import { type AskedQuestion, readQuestion } from "./dns-messages.ts";

/** Gives the packets that answer a question: none, one, or many. */
export type Answering = (
  question: AskedQuestion,
  client: RemoteInfo,
) => Buffer | readonly Buffer[] | null;

/** A scripted DNS server on loopback. */
export interface DnsServer {
  /** `127.0.0.1:PORT` */
  readonly address: string;
  readonly port: number;
  /** `TYPE NAME`, with ` tcp` or ` cd` after it, in their order. */
  readonly asked: readonly string[];
  readonly stop: () => Promise<void>;
}

/**
 * Answers over UDP, and over TCP.
 * @param tcp what a connection gets for a question; left out: as over UDP
 */
export async function startDns(
  udp: Answering,
  tcp?: (question: AskedQuestion, socket: Socket) => void,
): Promise<DnsServer> {
  const asked: string[] = [];
  const note = ({ name, type, checkingDisabled }: AskedQuestion, how: string) =>
    asked.push(`${type} ${name}${how}${checkingDisabled ? " cd" : ""}`);
  const sockets = new Set<Socket>();
  const tcpServer = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {}).on("close", () => sockets.delete(socket));
    let bytes = Buffer.alloc(0);
    socket.on("data", (chunk) => {
      bytes = Buffer.concat([bytes, chunk]);
      if (bytes.length < 2 || bytes.length < 2 + bytes.readUInt16BE(0)) return;
      const question = readQuestion(bytes.subarray(2));
      note(question, " tcp");
      if (tcp !== undefined) {
        tcp(question, socket);
        return;
      }
      const client = { address: "127.0.0.1", port: 0, family: "IPv4" as const, size: 0 };
      const answers = udp(question, client);
      for (const answer of answers === null ? [] : [answers].flat()) socket.write(framed(answer));
    });
  });
  const port = await freePort();
  const udpSocket = createSocket("udp4");
  udpSocket.on("message", (bytes, client) => {
    const question = readQuestion(bytes);
    note(question, "");
    const answers = udp(question, client);
    for (const answer of answers === null ? [] : [answers].flat()) {
      udpSocket.send(answer, client.port, client.address);
    }
  });
  udpSocket.on("error", () => {});
  udpSocket.bind(port, "127.0.0.1");
  tcpServer.listen(port, "127.0.0.1");
  await Promise.all([once(udpSocket, "listening"), once(tcpServer, "listening")]);
  return {
    address: `127.0.0.1:${port}`,
    port,
    asked,
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      udpSocket.close();
      tcpServer.close();
      await Promise.all([once(udpSocket, "close"), once(tcpServer, "close")]);
    },
  };
}

/** A message as it goes over TCP. */
export function framed(message: Buffer): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(message.length);
  return Buffer.concat([length, message]);
}
