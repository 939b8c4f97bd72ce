// What a role's actions let its holder do: https://learn.microsoft.com/azure/role-based-access-control/role-definitions
// An action ends in read, write, delete or action; `*` stands for any run of characters. What ends in `action` may read,
// change, or hand out keys: its name alone does not tell.

/** What an action that a role names may do; null: it cannot be told. */
export function changes(action: string): boolean | null {
  const last = action.toLowerCase().split("/").at(-1) ?? "";
  if (last === "read") return false;
  return last === "action" ? null : true;
}

/** Whether one pattern of actions lets in all that another does. */
export function includesAction(pattern: string, other: string): boolean {
  const parts = pattern.toLowerCase().split("*");
  const text = other.toLowerCase();
  const [first = "", ...rest] = parts;
  if (!text.startsWith(first)) return false;
  let at = first.length;
  for (const [index, part] of rest.entries()) {
    if (index === rest.length - 1)
      return part === "" || (text.length >= at + part.length && text.endsWith(part));
    const found = text.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return at === text.length;
}
