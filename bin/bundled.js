// @ts-check
// The sources are some hundred files, which takes longer to load than a check needs to look at an endpoint; and Node
// does not read TypeScript in packages. `npm run build` makes a few files of them, in dist.
const root = `${import.meta.dirname}/../`;
// An import of it reads all that it exports, and loads much more.
const { existsSync, readFileSync, statSync } = process.getBuiltinModule("node:fs");

/**
 * The module with the command line: the bundle, or the sources where one of them has changed since it was made.
 * @returns {string} to be imported
 */
export function commandLine() {
  return new URL(`../${isCurrent() ? "dist" : "bin"}/commands.js`, import.meta.url).href;
}

/** A package has no sources, a checkout may have no bundle, or half of one. */
function isCurrent() {
  if (!existsSync(`${root}src`)) return true;
  try {
    /** @type {Record<string, number>} */
    const sources = JSON.parse(readFileSync(`${root}dist/sources.json`, "utf8"));
    return Object.keys(sources).every((file) => statSync(root + file).mtimeMs === sources[file]);
  } catch {
    return false;
  }
}
