import { defineConfig } from "vitepress";
import { showFileNames } from "./file-names.ts";
import { sidebar } from "./navigation.ts";
import { leaveOutsideLinks } from "./outside-links.ts";
import { headBySubpath } from "./subpath-titles.ts";

export default defineConfig({
  title: "Nightlatch",
  description: "Multi-factor and step-up authentication for the Node app that has a login already.",
  lang: "en",
  head: [
    ["link", { rel: "icon", type: "image/svg+xml", href: "/logo.svg" }],
    ["meta", { name: "theme-color", content: "#1f3a8a" }],
  ],
  // Pages are found by what they are called on disk, so that the same links work in the repository.
  cleanUrls: false,
  lastUpdated: false,
  srcExclude: ["node_modules/**"],
  markdown: {
    theme: { light: "github-light-high-contrast", dark: "github-dark-high-contrast" },
    config(md) {
      leaveOutsideLinks(md);
      showFileNames(md);
      headBySubpath(md);
    },
  },
  transformPageData(page) {
    // A hundred numbers are no outline.
    if (page.relativePath === "requirements.md") page.frontmatter.outline = 2;
  },
  themeConfig: {
    logo: { src: "/logo.svg", alt: "" },
    nav: [
      { text: "Start", link: "/getting-started" },
      { text: "Guide", link: "/concepts" },
      { text: "Reference", link: "/reference/overview" },
      { text: "Errors", link: "/errors/" },
      { text: "Evaluate", link: "/comparison" },
    ],
    sidebar,
    outline: [2, 3],
    search: { provider: "local" },
    docFooter: { prev: "Before", next: "Next" },
    footer: { message: "MIT licensed. Nothing on these pages loads anything from elsewhere." },
  },
});
