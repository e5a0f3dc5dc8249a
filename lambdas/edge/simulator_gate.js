// CloudFront Function (runtime 2.0): lets people with a password to the station simulator's site.
// The store of the function holds, for each user, the SHA-256 in hex of "user:password". It stands
// in no template: docs/runbooks/simulator-password.md. An empty store lets nobody in.
import cf from "cloudfront";
import crypto from "crypto";

const store = cf.kvs();

const REFUSED = {
  statusCode: 401,
  statusDescription: "Unauthorized",
  headers: {
    "www-authenticate": { value: 'Basic realm="Station simulator", charset="UTF-8"' },
    "cache-control": { value: "no-store" },
  },
};

async function handler(event) {
  const request = event.request;
  if (!(await isKnown(request.headers.authorization))) {
    return REFUSED;
  }
  // A bucket has no index of its folders; and the password is no business of the origin's.
  if (request.uri.endsWith("/")) {
    request.uri += "index.html";
  }
  delete request.headers.authorization;
  return request;
}

async function isKnown(authorization) {
  const [scheme, encoded] = ((authorization && authorization.value) || "").split(" ");
  if (scheme.toLowerCase() !== "basic" || !encoded) {
    return false;
  }
  const credentials = Buffer.from(encoded, "base64").toString("utf-8");
  const user = credentials.split(":")[0];
  try {
    const expected = await store.get(user);
    const given = crypto.createHash("sha256").update(credentials).digest("hex");
    return expected === given;
  } catch (unknownUser) {
    return false;
  }
}
