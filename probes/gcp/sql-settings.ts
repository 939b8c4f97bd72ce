import { fields, text, type Fields } from "#probes/common/json.ts";

/** What is set of an instance of Cloud SQL. */
export function settingsOf(raw: Fields): Fields {
  return fields(raw["settings"]);
}

/** Its full resource name. @throws where it has none */
export function sqlId({ project, name }: Fields): string {
  const [where, what] = [text(project), text(name)];
  if (where === null || what === null) throw new TypeError("an instance without project or name");
  return `//cloudsql.googleapis.com/projects/${where}/instances/${what}`;
}
