import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import "../src/styles/styles.css";
import "./gallery.css";
import type { Strings } from "../src/strings/index.ts";
import { Frame } from "./frame.tsx";
import { Overview } from "./overview.tsx";

const languages = import.meta.glob<Record<string, Strings>>("../src/strings/*.ts");

/** A language's own texts; English where there are none. */
async function stringsOf(lang: string): Promise<Strings | undefined> {
  const loaded = await languages[`../src/strings/${lang}.ts`]?.();
  return loaded && Object.values(loaded)[0];
}

const root = document.getElementById("root");
if (!root) throw new Error("The page has no place for the gallery.");
const shown = createRoot(root);
let count = 0;

async function render(): Promise<void> {
  const asked = new URLSearchParams(location.hash.slice(1));
  const show = asked.get("show");
  const lang = asked.get("lang") ?? "en";
  const { documentElement: html } = document;
  html.lang = lang;
  html.dir = asked.get("dir") ?? (lang.startsWith("ar") ? "rtl" : "ltr");
  if (!show) return shown.render(<Overview />);
  const theme = asked.get("theme") ?? "auto";
  html.dataset.theme = theme;
  const strings = lang === "en" ? undefined : await stringsOf(lang);
  count += 1;
  shown.render(
    <StrictMode>
      <Frame key={count} show={show} theme={theme} lang={lang} inert={window.parent !== window} {...(strings && { strings })} />
    </StrictMode>,
  );
  html.dataset.shown = location.hash;
}

addEventListener("hashchange", render);
render();
