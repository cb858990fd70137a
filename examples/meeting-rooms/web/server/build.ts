import { buildPages } from "./build-pages.ts";

console.log((await buildPages()) ? "The console's pages are built." : "The console's pages are up to date.");
