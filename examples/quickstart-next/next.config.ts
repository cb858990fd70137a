import type { NextConfig } from "next";

const config: NextConfig = {
  // The repository checks all types at once.
  typescript: { ignoreBuildErrors: true },
};

export default config;
