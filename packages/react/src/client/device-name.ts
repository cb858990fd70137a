const BROWSERS: readonly (readonly [RegExp, string])[] = [
  [/Edg/, "Edge"],
  [/OPR/, "Opera"],
  [/Firefox|FxiOS/, "Firefox"],
  [/Chrome|CriOS/, "Chrome"],
  [/Safari/, "Safari"],
];
const SYSTEM = /iPhone|iPad|Android|Windows|CrOS|Mac|Linux/;

/** What this device is called, as its owner would know it again: "Firefox on Linux". Empty outside of a browser. */
export function deviceName(agent: string = globalThis.navigator?.userAgent ?? ""): string {
  const browser = BROWSERS.find(([pattern]) => pattern.test(agent))?.[1];
  const system = SYSTEM.exec(agent)?.[0].replace("CrOS", "Chromebook");
  return [browser, system].filter(Boolean).join(" on ");
}
