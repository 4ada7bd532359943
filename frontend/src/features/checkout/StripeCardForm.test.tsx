import { act, screen, waitFor } from "@testing-library/react";
import { createRef } from "react";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { Problem } from "@/shared/api";
import { loadWords } from "@/shared/i18n";
import { show } from "@/testing/render";
import type { CardForm } from "./cardForm";
import { NewCard } from "./NewCard";

type Said = { empty?: boolean; error?: { message: string } | undefined };

/** A field as Stripe documents it: it is mounted, speaks by events and can be focused. */
class FakeField {
  focus = vi.fn();
  destroy = vi.fn();
  update = vi.fn();
  private readonly handlers = new Map<string, (said: Said) => void>();
  on(event: string, handler: (said: Said) => void) {
    this.handlers.set(event, handler);
    return this;
  }
  mount(place: HTMLElement) {
    place.append(document.createElement("iframe"));
    queueMicrotask(() => this.say("ready"));
  }
  say(event: string, said: Said = {}) {
    act(() => this.handlers.get(event)?.(said));
  }
}

let fields: Record<string, FakeField> = {};
const elements = vi.fn();
const createPaymentMethod = vi.fn();
const loadStripe = vi.fn();
vi.mock("@stripe/stripe-js/pure", () => ({ loadStripe: (key: string): unknown => loadStripe(key) }));

beforeEach(async () => {
  await loadWords("checkout");
  fields = {};
  elements.mockReset().mockReturnValue({ create: (type: string) => (fields[type] = new FakeField()) });
  createPaymentMethod.mockReset().mockResolvedValue({ paymentMethod: { id: "pm_1" } });
  loadStripe.mockReset().mockResolvedValue({ elements, createPaymentMethod });
});

function shown() {
  const form = createRef<CardForm>();
  show(<NewCard ref={form} of={{ gateway: "stripe", publishable_key: "pk_test_1" }} />);
  return form;
}
async function ready() {
  const form = shown();
  await screen.findByText("Your card goes to Stripe alone; we never see its number.");
  return form;
}
function write(...names: string[]) {
  for (const name of names) fields[name]?.say("change", { empty: false });
}
const all = ["cardNumber", "cardExpiry", "cardCvc"];
const token = async (form: ReturnType<typeof shown>) => {
  let made: string | undefined;
  await act(async () => {
    made = await form.current?.token();
  });
  return made;
};
const declined = (reason: string) =>
  new Problem({ status: 402, code: "payments.declined", facts: { reason } });

describe("Stripe's card form", () => {
  test("is Stripe's own, in the page's language, and its token stays the same until the card changes", async () => {
    const form = await ready();
    expect(loadStripe).toHaveBeenCalledExactlyOnceWith("pk_test_1");
    expect(elements).toHaveBeenCalledWith({ locale: "en" });
    write(...all);
    createPaymentMethod.mockResolvedValueOnce({ paymentMethod: { id: "pm_1" } });
    expect([await token(form), await token(form)]).toEqual(["pm_1", "pm_1"]);
    expect(createPaymentMethod).toHaveBeenCalledExactlyOnceWith({ type: "card", card: fields.cardNumber });
    write("cardNumber");
    createPaymentMethod.mockResolvedValueOnce({ paymentMethod: { id: "pm_2" } });
    expect(await token(form)).toBe("pm_2");
  });

  test("says at each field what is missing, and what Stripe finds wrong with it", async () => {
    const form = await ready();
    write("cardNumber");
    expect(await token(form)).toBeUndefined();
    expect(screen.getByText("Write month and year.")).toBeVisible();
    expect(screen.getByText("The three digits on the back, or four on the front.")).toBeVisible();
    expect(fields.cardExpiry?.focus).toHaveBeenCalled();
    expect(createPaymentMethod).not.toHaveBeenCalled();
    fields.cardExpiry?.say("change", {
      empty: false,
      error: { message: "Your card's year is in the past." },
    });
    expect(screen.getByText("Your card's year is in the past.")).toBeVisible();
    write("cardExpiry", "cardCvc");
    const error = { type: "validation_error", code: "incomplete_cvc", message: "The code is incomplete." };
    createPaymentMethod.mockResolvedValueOnce({ error });
    expect(await token(form)).toBeUndefined();
    expect(screen.getByText("The code is incomplete.")).toBeVisible();
    expect(fields.cardCvc?.focus).toHaveBeenCalled();
  });

  test("says why the bank declined, at the field it is about, and asks for a new token then", async () => {
    const form = await ready();
    write(...all);
    await token(form);
    act(() => expect(form.current?.answered(declined("incorrect_cvc"))).toBe(true));
    expect(await screen.findByText(/the security code is wrong/)).toBeVisible();
    act(() => expect(form.current?.answered(declined("insufficient_funds"))).toBe(true));
    expect(await screen.findByText(/not enough funds/)).toBeVisible();
    const elsewhere = new Problem({ status: 409, code: "pricing.price_changed" });
    expect(form.current?.answered(elsewhere)).toBe(false);
    await token(form);
    expect(createPaymentMethod).toHaveBeenCalledTimes(2);
  });

  test("that Stripe did not answer is not the card's fault", async () => {
    const form = await ready();
    write(...all);
    createPaymentMethod.mockResolvedValueOnce({ error: { type: "api_connection_error", message: "x" } });
    await expect(form.current?.token()).rejects.toMatchObject({ code: "client.unreachable" });
    createPaymentMethod.mockResolvedValueOnce({ error: { type: "invalid_request_error", message: "x" } });
    expect(await token(form)).toBeUndefined();
    expect(await screen.findByText("The card form cannot be reached")).toBeVisible();
  });

  test("that cannot be loaded says so, gives no token, and can be asked for again", async () => {
    loadStripe.mockRejectedValueOnce(new Error("Failed to load Stripe.js"));
    const form = shown();
    expect(await screen.findByRole("alert")).toHaveTextContent("may be blocked");
    expect(await form.current?.token()).toBeUndefined();
    act(() => screen.getByRole("button", { name: "Try again" }).click());
    await screen.findByText("Your card goes to Stripe alone; we never see its number.");
    write(...all);
    expect(await token(form)).toBe("pm_1");
  });

  test("whose field fails is away as well", async () => {
    await ready();
    fields.cardNumber?.say("loaderror");
    expect(await screen.findByRole("alert")).toHaveTextContent("The card form cannot be reached");
    await waitFor(() => expect(screen.queryByText("Card number")).toBeNull());
  });

  test("is dressed anew when the page is", async () => {
    await ready();
    document.documentElement.classList.toggle("dark");
    await waitFor(() => expect(fields.cardCvc?.update).toHaveBeenCalled());
    document.documentElement.classList.toggle("dark");
  });
});
