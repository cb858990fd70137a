import { defineConfig } from "tsup";
import { library } from "../../scripts/library.ts";

export default defineConfig(library(import.meta.dirname));
