/** What docs/verify_proof.py checks, in the browser: nothing is sent anywhere. */

export interface Checked {
  journal: string;
  block: number;
  sealedAt: string;
  hash: string;
  /** Undefined where this browser cannot check signatures of this kind. */
  signed: boolean | undefined;
}

export type Finding = Checked | "unreadable" | "not_the_root" | "not_the_hash" | "not_signed";

interface Proof {
  journal: string;
  form: string;
  path: { side: "left" | "right"; node: string }[];
  block: { n: number; form: string; hash: string };
  signature: string;
  public_key: string | null;
}

/** Leads from the journal to the signed hash of its block, or says where the way ends. */
export async function checkProof(text: string): Promise<Finding> {
  const proof = read(text);
  if (!proof) return "unreadable";
  let node = await sha256(new Uint8Array([0]), await sha256(bytes(proof.form)));
  for (const { side, node: other } of proof.path)
    node =
      side === "left"
        ? await sha256(new Uint8Array([1]), unhex(other), node)
        : await sha256(new Uint8Array([1]), node, unhex(other));
  const [, , , , root, , , sealedAt] = JSON.parse(proof.block.form) as string[];
  if (hex(node) !== root) return "not_the_root";
  const hash = await sha256(bytes(proof.block.form));
  if (hex(hash) !== proof.block.hash) return "not_the_hash";
  const signed = proof.public_key
    ? await isSigned(hash, unhex(proof.signature), proof.public_key)
    : undefined;
  if (signed === false) return "not_signed";
  return { journal: proof.journal, block: proof.block.n, sealedAt: sealedAt ?? "", hash: hex(hash), signed };
}

function read(text: string): Proof | undefined {
  try {
    const found = JSON.parse(text) as Partial<Proof>;
    const whole = found.form && found.path && found.block?.form && found.signature && found.journal;
    JSON.parse(found.block?.form ?? "");
    return whole ? (found as Proof) : undefined;
  } catch {
    return undefined;
  }
}

async function isSigned(hash: Bytes, signature: Bytes, pem: string): Promise<boolean | undefined> {
  try {
    const raw = atob(pem.replace(/-----[^-]+-----|\s/g, ""));
    const der = Uint8Array.from(raw, (letter) => letter.charCodeAt(0));
    const key = await crypto.subtle.importKey("spki", der, { name: "Ed25519" }, false, ["verify"]);
    return await crypto.subtle.verify({ name: "Ed25519" }, key, signature, hash);
  } catch {
    return undefined;
  }
}

type Bytes = Uint8Array<ArrayBuffer>;

async function sha256(...parts: Bytes[]): Promise<Bytes> {
  const whole = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return new Uint8Array(await crypto.subtle.digest("SHA-256", whole));
}

const bytes = (text: string): Bytes => new Uint8Array(new TextEncoder().encode(text));
const unhex = (text: string): Bytes =>
  Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
const hex = (data: Bytes): string => [...data].map((byte) => byte.toString(16).padStart(2, "0")).join("");
