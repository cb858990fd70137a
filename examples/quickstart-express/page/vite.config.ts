import { defineConfig } from "vite";

// The page beside the app: what it asks goes to the app, under one origin.
const app = `http://127.0.0.1:${process.env.PORT ?? 3000}`;

export default defineConfig({
  root: import.meta.dirname,
  resolve: { conditions: ["@nightlatch/source", "module", "browser", "development|production"] },
  server: { host: "127.0.0.1", proxy: { "/auth": app, "/login": app, "/account": app } },
});
