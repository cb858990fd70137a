declare module "*.css";

interface ImportMeta {
  /** Vite's: the modules of a pattern, each to be loaded when it is wanted. */
  glob<Module>(pattern: string): Record<string, () => Promise<Module>>;
}
