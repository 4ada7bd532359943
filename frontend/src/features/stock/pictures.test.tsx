import { screen, waitFor, within } from "@testing-library/react";
import { http, HttpResponse } from "msw";
import { beforeEach, expect, test } from "vitest";
import { loadWords } from "@/shared/i18n";
import type { SellerProductOut } from "@/shared/api/generated/model";
import { show } from "@/testing/render";
import { server } from "@/testing/server";
import { PicturesDialog } from "./PicturesDialog";

const PHOTOS = "*/api/v1/seller/sel_1/products/prd_1/photos";
const lamp = { id: "prd_1", title: "Brass Lamp" } as SellerProductOut;
const photo = (id: string, state: string, more = {}) => ({
  id,
  state,
  reason: "",
  alt: "",
  name: state === "ready" ? `photos/sel_1/${id}-0123456789abcdef-800x600` : "",
  ...more,
});

beforeEach(() => loadWords("stock", "kit"));

function shows(photos: unknown[]) {
  server.use(http.get(PHOTOS, () => HttpResponse.json({ data: photos })));
  return show(<PicturesDialog sellerId="sel_1" product={lamp} onClose={() => undefined} />);
}

test("a picture goes to the store with the headers given, and is said to be sent", async () => {
  const done: string[] = [];
  server.use(
    http.post(PHOTOS, async ({ request }) => {
      done.push(JSON.stringify(await request.json()));
      const upload = { url: "/api/v1/files/a-ticket", headers: { "Content-Type": "image/png" }, until: "" };
      return HttpResponse.json({ photo: photo("pic_1", "asked"), upload }, { status: 201 });
    }),
    http.put("*/api/v1/files/a-ticket", ({ request }) => {
      done.push(`put ${request.headers.get("Content-Type")}`);
      return new HttpResponse(null, { status: 204 });
    }),
    http.post(`${PHOTOS}/pic_1/sent`, () => {
      done.push("sent");
      return HttpResponse.json(photo("pic_1", "sent"));
    }),
  );
  const { person } = shows([]);
  await person.upload(
    await screen.findByLabelText("Add pictures"),
    new File(["lamp!"], "lamp.PNG", { type: "image/png" }),
  );
  await waitFor(() => expect(done).toEqual(['{"media_type":"image/png","size":5}', "put image/png", "sent"]));
});

test("what is moved, described and removed is said to the server", async () => {
  const asked: unknown[] = [];
  const { person } = shows([photo("pic_1", "ready"), photo("pic_2", "ready", { alt: "From above" })]);
  server.use(
    http.put(PHOTOS, async ({ request }) => {
      asked.push(await request.json());
      return HttpResponse.json({ data: [] });
    }),
    http.delete(`${PHOTOS}/pic_1`, () => {
      asked.push("removed");
      return new HttpResponse(null, { status: 204 });
    }),
  );
  await person.click(await screen.findByRole("button", { name: "Move picture 2 forward" }));
  await waitFor(() =>
    expect(asked).toEqual([
      {
        photos: [
          { id: "pic_2", alt: "From above" },
          { id: "pic_1", alt: "" },
        ],
      },
    ]),
  );
  await person.type(await screen.findByLabelText("What is to be seen in picture 1"), "A lamp");
  await person.tab();
  await waitFor(() =>
    expect(asked[1]).toEqual({
      photos: [
        { id: "pic_1", alt: "A lamp" },
        { id: "pic_2", alt: "From above" },
      ],
    }),
  );
  await person.click(await screen.findByRole("button", { name: "Remove picture 1" }));
  await waitFor(() => expect(asked[2]).toBe("removed"));
});

test("a refused picture says why, a ready one is shown in the kinds that a browser knows", async () => {
  shows([photo("pic_1", "refused", { reason: "This is no picture that we know." }), photo("pic_2", "ready")]);
  const list = await screen.findByRole("list", { name: "Pictures" });
  expect(within(list).getByText("This is no picture that we know.")).toBeVisible();
  const files = "/api/v1/photos/sel_1/pic_2-0123456789abcdef-800x600";
  const source = list.querySelector("source");
  expect(source).toHaveAttribute("type", "image/avif");
  expect(source).toHaveAttribute(
    "srcset",
    `${files}/320.avif 320w,${files}/640.avif 640w,${files}/1280.avif 800w`,
  );
  const image = list.querySelector("img");
  expect(image).toHaveAttribute("src", `${files}/640.webp`);
  expect(image).toHaveAttribute("width", "800");
});
