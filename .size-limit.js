import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/**
 * Bytes as they lie in the package, neither minified nor compressed: a server loads them so. Each limit
 * stands a little above what was measured, so that a dependency bundled by mistake shows.
 */
const LIMITS = {
  core: {
    ".": "159 kB",
    "./otp": "12.5 kB",
    "./import": "26 kB",
    "./secrets": "28 kB",
    "./audit": "9 kB",
    "./limits": "22 kB",
    "./metrics": "12 kB",
    "./notices": "80 kB",
    "./http": "93 kB",
    "./stores/memory": "20 kB",
    "./stores/mysql": "42 kB",
    "./stores/postgres": "46 kB",
    "./stores/sqlite": "36 kB",
    "./testing": "720 kB",
  },
  express: {
    ".": "6 kB",
  },
  fastify: {
    ".": "7 kB",
  },
  // What a browser loads: gzip, before the host's bundler makes it smaller and leaves out what is not used.
  react: {
    ".": "33 kB",
    "./client": "4.7 kB",
    "./hooks": "15.6 kB",
    "./flow": "8.2 kB",
    "./strings/en": "2.6 kB",
    "./strings/de": "2.1 kB",
    "./strings/fr": "2.1 kB",
    "./strings/es": "2.1 kB",
    "./strings/pt": "2 kB",
    "./strings/ja": "2.1 kB",
    "./strings/zh": "2 kB",
    "./strings/ar": "2.1 kB",
    "./styles.css": "5.7 kB",
  },
};

/** The packages that are measured as a browser gets them. */
const COMPRESSED = ["react"];

/** A built file and all of its own package that importing it loads; what comes from npm is not counted. */
function loadedBy(file, seen = new Set()) {
  if (seen.has(file)) return seen;
  seen.add(file);
  for (const [, specifier] of readFileSync(file, "utf8").matchAll(/(?:from|import) ?"(\.[^"]+)"/g)) {
    loadedBy(join(dirname(file), specifier), seen);
  }
  return seen;
}

/** What is there before: a further language has English beside it, which has the keys. */
const before = (folder, subpath) =>
  /strings\/(?!en)/.test(subpath) ? loadedBy(join("packages", folder, "dist/strings/en.js")) : new Set();

/** Every subpath that a package exports; one without a limit is an error. */
function entriesOf(folder) {
  const { name, exports } = JSON.parse(readFileSync(join("packages", folder, "package.json"), "utf8"));
  return Object.entries(exports).map(([subpath, target]) => {
    const limit = LIMITS[folder][subpath];
    if (!limit) throw new Error(`${name} exports "${subpath}", and .size-limit.js gives it no limit. Measure it, and give it one.`);
    const file = join("packages", folder, (target.import ?? target).default);
    return {
      name: join(name, subpath),
      path: [...loadedBy(file).difference(before(folder, subpath))],
      limit,
      brotli: false,
      gzip: COMPRESSED.includes(folder),
    };
  });
}

export default Object.keys(LIMITS).flatMap(entriesOf);
