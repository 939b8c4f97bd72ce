/** Whether a name is one that no DNS knows: https://www.iana.org/assignments/special-use-domain-names/, RFC 6761 6.3, 6.4. */
export function isLocalName(name: string): boolean {
  return /(?:^|\.)(?:localhost|invalid)$/.test(name);
}
