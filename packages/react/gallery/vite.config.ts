import react from "@vitejs/plugin-react";
import type { UserConfig } from "vite";

/** Serves the gallery on the sources, and builds it as a page that stands anywhere: the docs embed it. */
const config: UserConfig = {
  root: import.meta.dirname,
  base: "./",
  plugins: [react()],
  resolve: { conditions: ["@nightlatch/source", "module", "browser", "development|production"] },
  server: { host: "127.0.0.1", port: 5180 },
  build: { outDir: "dist", emptyOutDir: true, chunkSizeWarningLimit: 2_000 },
  logLevel: "warn",
};

export default config;
