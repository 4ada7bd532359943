import type { StateTone, TrailEntry } from "@/shared/kit";
import type { Money } from "@/shared/format";

export interface Order {
  id: string;
  title: string;
  picture: string;
  market: string;
  part: Money;
  state: string;
  tone: StateTone;
}

const euros = (amount: number) => ({ amount, currency: "EUR" });

export const ORDERS: Order[] = [
  {
    id: "ord_6H2K9QTW",
    title: "Fjell trail runner, EU 42",
    picture: "running-shoe",
    market: "Nordmarkt",
    part: euros(16690),
    state: "Late by 3 h",
    tone: "negative",
  },
  {
    id: "ord_6H2K9M4R",
    title: "Daybreak backpack 22 l",
    picture: "backpack",
    market: "Nordmarkt",
    part: euros(7200),
    state: "Ship by 15:00",
    tone: "warning",
  },
  {
    id: "ord_6H2K7XZB",
    title: "Alpine thermos 0.75 l",
    picture: "hot-beverage",
    market: "Harbour & Vale",
    part: { amount: 5840, currency: "GBP" },
    state: "Label ready",
    tone: "info",
  },
  {
    id: "ord_6H2JYV8D",
    title: "City umbrella, storm proof",
    picture: "umbrella",
    market: "Sunrise Bazaar",
    part: { amount: 4100, currency: "USD" },
    state: "On its way",
    tone: "neutral",
  },
  {
    id: "ord_6H2JWA7F",
    title: "Beanie, merino",
    picture: "billed-cap",
    market: "Nordmarkt",
    part: euros(3400),
    state: "Delivered",
    tone: "positive",
  },
];

export const TRAIL: Omit<TrailEntry, "icon">[] = [
  {
    id: "1",
    title: "Captured",
    detail: "Nordmarkt took € 115.56 from the buyer",
    at: "2026-11-16T10:04:11Z",
    tone: "positive",
    postings: [
      { id: "1", from: "1010 Gateway clearing", to: "2010 Escrow · Nordlauf", money: euros(10800) },
      { id: "2", from: "1010 Gateway clearing", to: "2030 Tax payable · DE", money: euros(756) },
    ],
  },
  {
    id: "2",
    title: "Gateway fee",
    detail: "2.9 % + € 0.30, from the gateway’s own report",
    at: "2026-11-16T10:04:12Z",
    postings: [{ id: "1", from: "5010 Gateway fees", to: "1010 Gateway clearing", money: euros(365) }],
  },
  {
    id: "3",
    title: "Refund, one item",
    detail: "Before release: all of it out of escrow",
    at: "2026-11-19T16:20:40Z",
    tone: "warning",
    postings: [
      { id: "1", from: "2010 Escrow · Nordlauf", to: "2050 Refund clearing", money: euros(2000) },
      { id: "2", from: "2050 Refund clearing", to: "1010 Gateway clearing", money: euros(2140) },
    ],
  },
  {
    id: "4",
    title: "Released to seller",
    detail: "14 days after delivery: commission 10 % of € 80.00, reserve 10 %",
    at: "2026-11-30T00:00:00Z",
    due: true,
    postings: [
      { id: "1", from: "2010 Escrow · Nordlauf", to: "4010 Commission", money: euros(800) },
      { id: "2", from: "2010 Escrow · Nordlauf", to: "2020 Payable · Nordlauf", money: euros(7200) },
    ],
  },
];

export const SALES = Array.from({ length: 30 }, (_, day) => ({
  day: String(day + 1),
  sales: Math.round(40_000 + 22_000 * Math.sin(day / 3.2) + day * 900),
}));
