/** A challenge of `WWW-Authenticate`: the scheme and its parameters. */
export interface AuthChallenge {
  scheme: string;
  params: Record<string, string>;
}

const TOKEN = /[!#$%&'*+\-.^_`|~0-9A-Za-z]+/y;
// RFC 9110 §5.6.4: qdtext and quoted-pair, without obs-text.
const QUOTED = /"((?:[\t \x21\x23-\x5b\x5d-\x7e]|\\[\t \x21-\x7e])*)"/y;

/**
 * A strict parser of one challenge with auth-params (RFC 9110 §11.6.1): no list of challenges, no empty
 * members, no parameter twice. Throws for anything else.
 */
export function parseChallenge(text: string): AuthChallenge {
  let at = 0;
  const take = (pattern: RegExp): string => {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    if (!found) throw new SyntaxError(`Not an auth-param at ${at} of: ${text}`);
    at = pattern.lastIndex;
    return found[1] ?? found[0];
  };
  const scheme = take(TOKEN);
  const params: Record<string, string> = {};
  if (at === text.length) return { scheme, params };
  take(/ +/y);
  for (;;) {
    const name = take(TOKEN).toLowerCase();
    if (name in params) throw new SyntaxError(`${name} stands twice in: ${text}`);
    take(/[ \t]*=[ \t]*/y);
    params[name] = text[at] === '"' ? take(QUOTED).replace(/\\(.)/g, "$1") : take(TOKEN);
    if (at === text.length) return { scheme, params };
    take(/[ \t]*,[ \t]*/y);
  }
}
