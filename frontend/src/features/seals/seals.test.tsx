import { screen, within } from "@testing-library/react";
import { http, HttpResponse } from "msw";
import { beforeEach, expect, test } from "vitest";
import { loadWords } from "@/shared/i18n";
import { showRoutes } from "@/testing/render";
import { server } from "@/testing/server";
import { checkProof } from "./checkProof";
import { SealsPage } from "./SealsPage";

const block = (n: number) => ({
  n,
  sealed_at: "2026-11-16T10:04:12Z",
  journals: 2,
  total: 2 * n,
  sums: [{ amount: 10800, currency: "EUR" }],
  hash: String(n).repeat(64),
  previous_hash: String(n - 1).repeat(64),
  merkle_root: "cd".repeat(32),
  key_id: "44b0d2f93e738869",
  anchored: true,
});
const seals = {
  last: block(3),
  signing_key_id: "44b0d2f93e738869",
  anchors: "/var/velora/anchors",
  is_anchored: true,
  waiting_seconds: 0,
  late: false,
  now: "2026-11-16T10:04:15Z",
  data: [block(3), block(2), block(1)],
  next_cursor: null,
  has_more: false,
};

const open = () => showRoutes([{ path: "/finance/seals", element: <SealsPage /> }], "/finance/seals");

beforeEach(() => loadWords("seals"));

test("shows the chain, how old the last block is, and what it rests on", async () => {
  server.use(http.get("*/api/v1/finance/seals", () => HttpResponse.json(seals)));
  open();
  expect(await screen.findByText("Sealed up to now")).toBeInTheDocument();
  expect(screen.getByText(/sealed [3-5] seconds ago/)).toBeInTheDocument();
  const chain = screen.getByRole("list", { name: /The newest blocks/ });
  const [oldest, , newest] = within(chain).getAllByRole("listitem");
  expect(oldest).toHaveTextContent("11111111");
  expect(newest).toHaveTextContent("2222222");
  expect(newest).toHaveTextContent("33333333");
  expect(screen.getByText("/var/velora/anchors")).toBeInTheDocument();
});

test("says when sealing is late", async () => {
  server.use(
    http.get("*/api/v1/finance/seals", () =>
      HttpResponse.json({ ...seals, late: true, waiting_seconds: 90 }),
    ),
  );
  open();
  expect(await screen.findByText("Sealing is late")).toBeInTheDocument();
  expect(screen.getByText("90 seconds")).toBeInTheDocument();
});

test("verifies on request and says by number what holds and what does not", async () => {
  server.use(
    http.get("*/api/v1/finance/seals", () => HttpResponse.json(seals)),
    http.post("*/api/v1/finance/verify", () =>
      HttpResponse.json({
        clean: false,
        checks: [
          { number: 10, name: "leaf", count: 0, examples: [] },
          { number: 13, name: "anchors", count: 2, examples: ["block 2", "block 3"] },
        ],
        took_ms: 12,
        at: "2026-11-16T10:04:16Z",
      }),
    ),
  );
  const { person } = open();
  await person.click(await screen.findByRole("button", { name: "Verify now" }));
  expect(await screen.findByText("Not clean")).toBeInTheDocument();
  const [held, broken] = within(screen.getByRole("list", { name: /by number/ })).getAllByRole("listitem");
  expect(within(held as HTMLElement).getByRole("img", { name: "Holds" })).toBeInTheDocument();
  expect(broken).toHaveTextContent("13Anchors and blocks agreeblock 2, block 32");
});

test("what went wrong is said and can be tried again", async () => {
  let asked = 0;
  server.use(
    http.get("*/api/v1/finance/seals", () => {
      asked += 1;
      return asked === 1
        ? HttpResponse.json({ status: 403, detail: "No." }, { status: 403 })
        : HttpResponse.json(seals);
    }),
  );
  const { person } = open();
  await person.click(await screen.findByRole("button", { name: "Try again" }));
  expect(await screen.findByText("Sealed up to now")).toBeInTheDocument();
});

const hex = (data: ArrayBuffer | Uint8Array) =>
  [...new Uint8Array(data)].map((byte) => byte.toString(16).padStart(2, "0")).join("");

/** A journal alone in its block, signed here. */
async function aProof(): Promise<Record<string, unknown>> {
  const sha = async (...parts: Uint8Array[]) =>
    new Uint8Array(
      await crypto.subtle.digest("SHA-256", Uint8Array.from(parts.flatMap((part) => [...part]))),
    );
  const text = (words: string) => new TextEncoder().encode(words);
  const form = '[1,"capture"]';
  const root = hex(await sha(new Uint8Array([0]), await sha(text(form))));
  const blockForm = JSON.stringify([1, 0, 7, "00", root, 1, {}, "2026-11-16T10:04:12Z", "key"]);
  const hash = await sha(text(blockForm));
  const keys = await crypto.subtle.generateKey({ name: "Ed25519" }, true, ["sign", "verify"]);
  const spki = await crypto.subtle.exportKey("spki", keys.publicKey);
  return {
    journal: "jrn_1",
    form,
    path: [],
    block: { n: 7, form: blockForm, hash: hex(hash) },
    signature: hex(await crypto.subtle.sign({ name: "Ed25519" }, keys.privateKey, hash)),
    public_key: `-----BEGIN PUBLIC KEY-----\n${btoa(String.fromCharCode(...new Uint8Array(spki)))}\n-----END PUBLIC KEY-----\n`,
  };
}

test("a proof holds as it was made, and not when anything in it was changed", async () => {
  const proof = await aProof();
  const block = proof.block as { form: string };
  expect(await checkProof(JSON.stringify(proof))).toMatchObject({ journal: "jrn_1", block: 7, signed: true });
  expect(await checkProof(JSON.stringify({ ...proof, form: '[1,"refund"]' }))).toBe("not_the_root");
  const moved = { ...block, form: block.form.replace("10:04:12", "10:04:13") };
  expect(await checkProof(JSON.stringify({ ...proof, block: moved }))).toBe("not_the_hash");
  expect(await checkProof(JSON.stringify({ ...proof, signature: "00".repeat(64) }))).toBe("not_signed");
  expect(await checkProof("{}")).toBe("unreadable");
});
