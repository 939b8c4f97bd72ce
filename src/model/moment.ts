/** A moment of the evidence in milliseconds since 1970; null for a text that names none. */
export function parseMoment(text: string): number | null {
  const milliseconds = Date.parse(text);
  return Number.isNaN(milliseconds) ? null : milliseconds;
}

/** A moment in the words of a message, to the minute: `2026-05-01 06:30 UTC`. */
export function renderMoment(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}

/** Since when a listing shows all that exists, where it leaves nothing out: what is not in it does not exist. */
export const FROM_THE_BEGINNING = new Date(0).toISOString();
