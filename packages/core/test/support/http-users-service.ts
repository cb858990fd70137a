import { createHandler } from "../../src/http/index.ts";
import { createMfa, keyring } from "../../src/index.ts";
import { memoryStore } from "../../src/stores/memory.ts";
import { listen, subjectIn, write } from "./http-service.ts";

// A process of its own: the service that has users, keys and store. `{ rotate: true }` from the parent makes a new key.
const algorithm = process.argv[2] === "HS256" ? "HS256" : "EdDSA";
const keys = keyring(`k1:${Buffer.alloc(32, 7).toString("base64")}`);
const mfa = createMfa({ issuer: "Users", keys, store: memoryStore(), grants: { algorithm } });
await mfa.ready({ migrate: true });
const handle = createHandler(mfa);

process.on("message", () => {
  void mfa.keys.rotate("grant").then(() => process.send?.({ rotated: true }));
});
await listen(async (request, response) => {
  const path = (request.url ?? "").replace(/^\/auth\/mfa/, "");
  const answer = await handle(
    { method: request.method ?? "", path, headers: request.headers, stream: request },
    { subject: async () => subjectIn(request) },
  );
  write(response, answer ?? { status: 404, headers: {} });
});
