// Says who a visitor is, with Node alone: DESKBELL_KEY=dbk_… node identity.mjs prints what the page sends as its identity.
import { createHash, createHmac } from "node:crypto";

// sign gives a JSON Web Token by HS256. Its key is the SHA-256 of Deskbell's key, in hex: Deskbell keeps no more of that.
function sign(claims, key) {
  const part = (data) => Buffer.from(data).toString("base64url");
  const signed = [{ alg: "HS256", typ: "JWT" }, claims].map((p) => part(JSON.stringify(p))).join(".");
  return `${signed}.${createHmac("sha256", createHash("sha256").update(key).digest("hex")).update(signed).digest("base64url")}`;
}

console.log(sign({ sub: "u17", name: "Ann", exp: Math.floor(Date.now() / 1000) + 3600 }, process.env.DESKBELL_KEY));
