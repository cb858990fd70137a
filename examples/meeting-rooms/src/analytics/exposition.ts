/** One line of figures: a metric, its labels, its value. */
export interface Sample {
  name: string;
  labels: Readonly<Record<string, string>>;
  value: number;
}

const LINE = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})?\s+(\S+)(?:\s+-?\d+)?$/;
const LABEL = /([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"/g;
const ESCAPES: Readonly<Record<string, string>> = { n: "\n", '"': '"', "\\": "\\" };

const unescaped = (text: string): string => text.replace(/\\(.)/g, (all, char: string) => ESCAPES[char] ?? all);

const NUMBERS: Readonly<Record<string, number>> = { "+Inf": Number.POSITIVE_INFINITY, "-Inf": Number.NEGATIVE_INFINITY };

/** Reads what `/metrics` answers, in Prometheus' text format (version 0.0.4). Lines that are none are left out. */
export function readExposition(text: string): Sample[] {
  const samples: Sample[] = [];
  for (const line of text.split("\n")) {
    if (line === "" || line.startsWith("#")) continue;
    const [, name, labels = "", value = ""] = LINE.exec(line) ?? [];
    if (name === undefined) continue;
    samples.push({
      name,
      labels: Object.fromEntries([...labels.matchAll(LABEL)].map(([, label = "", text = ""]) => [label, unescaped(text)])),
      value: NUMBERS[value] ?? Number(value),
    });
  }
  return samples;
}
