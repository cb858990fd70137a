/** The parts of a page, each of them HTML already. */
export interface PageParts {
  language: string;
  direction: string;
  title: string;
  heading: string;
  greeting: string;
  body: string[];
  facts: [label: string, value: string][];
  advice: string;
  link?: { href: string; label: string };
  footer: string;
}

const FONT = "system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif";

// Mail programs that honour no style sheet show the light colours, which stand at the elements.
const DARK = `@media (prefers-color-scheme:dark){
.page{background:#15171c!important;color:#e7e9ee!important}
.card{background:#1f232b!important;border-color:#343a46!important}
.facts{background:#272c36!important}
.quiet{color:#a9b1c0!important}
.link{background:#9db8ff!important;color:#10131a!important}
}`;

const fact = ([label, value]: [string, string]): string =>
  `<dt class="quiet" style="margin:0;font-size:14px;color:#565d6b">${label}</dt><dd style="margin:0 0 10px">${value}</dd>`;

/** A notice as an HTML document that loads nothing: no image, no font, no script. */
export function page({ language, direction, title, heading, greeting, body, facts, advice, link, footer }: PageParts): string {
  return `<!doctype html>
<html lang="${language}" dir="${direction}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<style>:root{color-scheme:light dark}
${DARK}</style>
</head>
<body class="page" style="margin:0;background:#f2f4f7">
<div class="page" lang="${language}" dir="${direction}" style="padding:24px 12px;background:#f2f4f7;color:#1c2027;font:16px/1.55 ${FONT};overflow-wrap:anywhere">
<main class="card" style="max-width:540px;margin:0 auto;padding:26px 22px;background:#fff;border:1px solid #dde1e8;border-radius:10px">
<h1 style="margin:0 0 18px;font-size:21px;line-height:1.3">${heading}</h1>
<p style="margin:0 0 14px">${greeting}</p>
${body.map((said) => `<p style="margin:0 0 14px">${said}</p>`).join("\n")}
<dl class="facts" style="margin:18px 0;padding:14px 16px 4px;background:#f2f4f7;border-radius:6px">${facts.map(fact).join("")}</dl>
<p style="margin:0 0 14px">${advice}</p>
${link ? `<p style="margin:20px 0 6px"><a class="link" href="${link.href}" style="display:inline-block;padding:10px 14px;background:#274bbf;color:#fff;border-radius:6px;font-size:15px;text-decoration:none;font-weight:600">${link.label}</a></p>\n` : ""}</main>
<p class="quiet" style="max-width:540px;margin:16px auto 0;padding:0 24px;font-size:13px;color:#565d6b">${footer}</p>
</div>
</body>
</html>
`;
}
