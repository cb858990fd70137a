import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "vite";
import { inOrder, LANGUAGE } from "../strings-in-order.ts";

/** What a bundle is made of: modules that are brought in whole. */
type Contents = readonly string[];

const SRC = join(import.meta.dirname, "../src");
const LANGUAGES = ["de", "fr", "es", "pt", "ja", "zh", "ar"];
/** A module that is in memory alone, beside this one so that it finds what this package depends on. */
const ENTRY = join(import.meta.dirname, "bundle.entry.ts");

const own = (path: string): string => `export * from ${JSON.stringify(join(SRC, path))};`;
const CLIENT: Contents = [own("client/index.ts"), own("hooks/index.ts")];
const ALL: Contents = [own("index.ts"), `import ${JSON.stringify(join(SRC, "styles/styles.css"))};`];

const BETTER_AUTH: Contents = [
  'import { createAuthClient } from "better-auth/react"; import { twoFactorClient } from "better-auth/client/plugins";',
  'import { OTPInput } from "input-otp"; export { OTPInput }; export const auth = createAuthClient({ plugins: [twoFactorClient()] });',
];

/** Bundled and minified as an app's build does it, React left out; bytes of each output after gzip, added up. */
async function gzipped(contents: Contents, besides: readonly RegExp[] = []): Promise<number> {
  const built = await build({
    configFile: false,
    logLevel: "error",
    root: join(import.meta.dirname, ".."),
    resolve: { conditions: ["@nightlatch/source", "module", "browser", "production"] },
    define: { "process.env.NODE_ENV": '"production"' },
    plugins: [
      {
        name: "bundle",
        resolveId: (id) => (id === ENTRY ? id : undefined),
        load: (id) => (id === ENTRY ? contents.join("\n") : LANGUAGE.test(id) ? inOrder(id) : undefined),
      },
    ],
    build: {
      write: false,
      minify: true,
      target: "es2022",
      modulePreload: false,
      // An app bundle, since a library's keeps its blanks; what it exports is what is used of it.
      rolldownOptions: { input: ENTRY, preserveEntrySignatures: "strict", external: [/^react($|\/)/, /^react-dom($|\/)/, ...besides] },
    },
  });
  const outputs = [built].flat().flatMap((one) => ("output" in one ? one.output : []));
  return outputs.reduce((sum, file) => sum + gzipSync(file.type === "chunk" ? file.code : file.source, { level: 9 }).length, 0);
}

const kB = (bytes: number): number => bytes / 1000;

/** How much of it a browser loads. */
export async function bench(): Promise<{
  title: string;
  method: string[];
  figures: { name: string; value: number; unit: string }[];
  ratios: { name: string; value: number; atMost?: number }[];
}> {
  const english = await gzipped([own("strings/en.ts")]);
  const client = kB((await gzipped(CLIENT)) - english);
  const all = kB(await gzipped(ALL));
  const other = kB(await gzipped(BETTER_AUTH));
  const languages: { name: string; value: number; unit: string }[] = [];
  // A further language has English beside it, whose keys are its own.
  for (const language of LANGUAGES)
    languages.push({ name: language, value: kB(await gzipped([own(`strings/${language}.ts`)], [/en\.ts$/])), unit: "kB" });
  return {
    title: "What a browser loads",
    method: ["Bundled and minified by Vite for ES2022, React left out, each file after gzip -9. No network, no cache."],
    figures: [
      { name: "client and hooks, without a language", value: client, unit: "kB" },
      { name: "everything: components, styles, English", value: all, unit: "kB" },
      { name: "better-auth's client with two-factor, and input-otp", value: other, unit: "kB" },
      { name: "en", value: kB(english), unit: "kB" },
      ...languages,
    ],
    ratios: [
      { name: "bundle-client-kb", value: client, atMost: 5 },
      { name: "bundle-all-kb", value: all, atMost: 14 },
      { name: "bundle-largest-language-kb", value: Math.max(...languages.map(({ value }) => value)), atMost: 2 },
    ],
  };
}
