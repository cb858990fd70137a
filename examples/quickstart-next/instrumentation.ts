/** Next calls it once, when the server starts: a wrong key fails here. */
export async function register(): Promise<void> {
  if (process.env.NEXT_RUNTIME !== "nodejs") return;
  const { mfa } = await import("./lib/auth");
  await mfa.ready({ migrate: true });
}
