import type { RequestHandler } from "express";
import type { Queries } from "../database/database.ts";
import { selectNewest } from "./sql.ts";

const escaped = (text: string): string => text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

const STYLE = `
  :root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
  body { max-width: 44rem; margin: 2rem auto; padding: 0 1rem; }
  article { border: 1px solid color-mix(in srgb, currentColor 20%, transparent); border-radius: 12px; padding: 1rem 1.25rem; margin: 1rem 0; }
  h2 { font-size: 1.05rem; margin: 0; }
  p { margin: .25rem 0; opacity: .75; }
  pre { white-space: pre-wrap; font: inherit; margin: 1rem 0 0; }
`;

/** The mails of a development system, the newest first. */
export const inboxPage = (database: Queries): RequestHandler =>
  async function inbox(_req, res) {
    const mails = await selectNewest(database, 100);
    const articles = mails.map(
      ({ recipient, subject, text, created_at }) =>
        `<article><h2>${escaped(subject)}</h2><p>to ${escaped(recipient)}, <time>${created_at.toISOString()}</time></p><pre>${escaped(text)}</pre></article>`,
    );
    res
      .set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'")
      .type("html")
      .send(
        `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Inbox</title><style>${STYLE}</style></head><body><main><h1>Inbox</h1>
<p>Mails that a real system would have sent. Set SMTP_URL to have them go.</p>
${articles.join("\n") || "<p>There are none yet.</p>"}</main></body></html>`,
      );
  };
