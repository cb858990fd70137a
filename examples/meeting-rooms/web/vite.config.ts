import react from "@vitejs/plugin-react";
import type { UserConfig } from "vite";

/** The console's pages. Nothing stands in the page itself, as its Content-Security-Policy allows none of it. */
const config: UserConfig = {
  root: import.meta.dirname,
  plugins: [react()],
  resolve: { conditions: ["@nightlatch/source", "module", "browser", "development|production"] },
  build: { outDir: "dist", emptyOutDir: true, target: "es2023", modulePreload: { polyfill: false }, assetsInlineLimit: 0 },
  logLevel: "warn",
};

export default config;
