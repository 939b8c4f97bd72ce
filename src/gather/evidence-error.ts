/** What is wrong with a saved folder of evidence. */
export class EvidenceError extends Error {
  override readonly name = "EvidenceError";
}
