import { describe, expect, test } from "vitest";
import { isolated } from "./direction";
import { formatAmount, formatMoney, minorDigits, parseMoney } from "./money";
import { formatDate, formatDay, formatDays, formatInstant, formatRelative } from "./time";

const spaced = (text: string) => text.replace(/[\u00a0\u202f]/g, " ");
const euros = (amount: number) => ({ amount, currency: "EUR" });

describe("money", () => {
  test.each([
    [euros(114900), "en", "€1,149.00"],
    [euros(114900), "de", "1.149,00 €"],
    [euros(-5), "en", "-€0.05"],
    [{ amount: 500, currency: "JPY" }, "en", "¥500"],
    [{ amount: 1234, currency: "KWD" }, "en", "KWD 1.234"],
    [euros(9007199254740991), "en", "€90,071,992,547,409.91"],
  ])("%j in %s is %s", (money, locale, shown) => {
    expect(spaced(formatMoney(money, locale))).toBe(shown);
  });

  test("keeps a Latin symbol whole among Arabic words", () => {
    expect(formatMoney({ amount: 1850, currency: "USD" }, "ar")).toContain("\u2068US$\u2069");
    expect(isolated("2010 Escrow", "ar")).toBe("\u20682010 Escrow\u2069");
    expect(isolated("2010 Escrow", "de")).toBe("2010 Escrow");
  });

  test("without its symbol keeps its digits", () => {
    expect(formatAmount(euros(800), "en")).toBe("8.00");
    expect(minorDigits("KWD")).toBe(3);
  });

  test.each([
    ["1,149.5", "en", 114950],
    ["1.149,50", "de", 114950],
    ["€ 38.50", "en", 3850],
    [".5", "en", 50],
    ["-12", "en", -1200],
  ])("%s typed in %s is %d cents", (text, locale, amount) => {
    expect(parseMoney(text, "EUR", locale)).toEqual(euros(amount));
  });

  test.each(["", "abc", "1.234", "1.2.3", "99999999999999999"])("%j is no amount of euros", (text) => {
    expect(parseMoney(text, "EUR", "en")).toBeUndefined();
  });
});

describe("times", () => {
  const at = "2026-11-16T10:04:11Z";

  test("are written as the language does", () => {
    expect(formatDate(at, "en", "UTC")).toBe("16 Nov 2026");
    expect(formatDate(at, "de", "UTC")).toBe("16.11.2026");
    expect(formatDay(at, "en", "UTC")).toBe("Mon 16 Nov");
    expect(spaced(formatDays("2026-11-24", "2026-11-26", "en", "UTC")).replaceAll("\u2009", " ")).toBe(
      "Tue 24 – Thu 26 Nov",
    );
    expect(formatInstant(at, "en", "UTC")).toBe("16 Nov 2026, 10:04:11");
  });

  test.each([
    ["2026-11-16T13:04:11Z", "in 3 hours"],
    ["2026-11-15T10:04:11Z", "yesterday"],
    ["2026-11-16T10:04:40Z", "now"],
    ["2026-09-01T00:00:00Z", "2 months ago"],
  ])("%s is %s", (other, said) => {
    expect(formatRelative(other, "en", at)).toBe(said);
  });
});
