/** What both sides know after a key exchange, and the body of the ClientKeyExchange that tells it. */
export interface ClientShare {
  readonly premaster: Buffer;
  readonly body: Buffer;
}

/** The content behind its length in so many bytes. */
export function prefixed(lengthBytes: 1 | 2, content: Buffer): Buffer {
  const length = Buffer.alloc(lengthBytes);
  length.writeUIntBE(content.length, 0, lengthBytes);
  return Buffer.concat([length, content]);
}
