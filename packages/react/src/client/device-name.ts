/** What agents say, the more telling first: an Edge says Chrome too, and whatever is an Android says Linux. */
const BROWSERS = ["Edg", "OPR", "Firefox", "FxiOS", "Chrome", "CriOS", "Safari"];
const SYSTEMS = ["iPhone", "iPad", "Android", "Windows", "CrOS", "Mac", "Linux"];
const NAMES: Readonly<Record<string, string>> = { Edg: "Edge", OPR: "Opera", FxiOS: "Firefox", CriOS: "Chrome", CrOS: "Chromebook" };

/** What this device is called, as its owner would know it again: "Firefox on Linux". Empty outside of a browser. */
export const deviceName = (agent: string = globalThis.navigator?.userAgent ?? ""): string =>
  [BROWSERS, SYSTEMS]
    .flatMap((said) => said.find((name) => agent.includes(name)) ?? [])
    .map((name) => NAMES[name] ?? name)
    .join(" on ");
