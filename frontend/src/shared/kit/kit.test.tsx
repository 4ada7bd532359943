import { screen, within } from "@testing-library/react";
import i18next from "i18next";
import { useState } from "react";
import { describe, expect, test, vi } from "vitest";
import { show } from "@/testing/render";
import { Problem } from "../api";
import type { Money } from "../format";
import { Confirm } from "./Confirm";
import { Field } from "./Field";
import { Input } from "./Input";
import { LoadError } from "./LoadError";
import { MoneyInput } from "./MoneyInput";
import { RadioCards } from "./Radio";
import { layOut } from "./sankeyLayout";
import { Table } from "./Table";
import { Tabs } from "./Tabs";

describe("Table", () => {
  const rows = [{ id: "ord_1" }, { id: "ord_2" }, { id: "ord_3" }];

  function Orders({ onOpen, onShip }: { onOpen: (id: string) => void; onShip: (id: string) => void }) {
    const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
    return (
      <Table
        label="Orders"
        rows={rows}
        rowKey={(row) => row.id}
        columns={[{ id: "id", header: "Order", cell: (row) => row.id }]}
        selected={selected}
        onSelect={setSelected}
        onOpen={(row) => onOpen(row.id)}
        actions={[{ key: "s", label: "ship", run: (row) => onShip(row.id) }]}
        footer={[...selected].join(" ")}
      />
    );
  }

  test("J and K move, X selects, Enter opens and its own keys act", async () => {
    const [onOpen, onShip] = [vi.fn(), vi.fn()];
    const { person } = show(<Orders onOpen={onOpen} onShip={onShip} />);
    await person.keyboard("jjjkxs{Enter}");
    expect(screen.getByRole("row", { name: /ord_2/ })).toHaveFocus();
    expect(screen.getByRole("checkbox", { name: "Select ord_2" })).toBeChecked();
    expect(onShip).toHaveBeenCalledExactlyOnceWith("ord_2");
    expect(onOpen).toHaveBeenCalledExactlyOnceWith("ord_2");
  });

  test("its head selects all and then none", async () => {
    const { person } = show(<Orders onOpen={vi.fn()} onShip={vi.fn()} />);
    const head = screen.getByRole("checkbox", { name: "Select all" });
    await person.click(head);
    expect(screen.getAllByRole("checkbox", { checked: true })).toHaveLength(4);
    await person.click(head);
    expect(screen.queryAllByRole("checkbox", { checked: true })).toHaveLength(0);
  });

  test("without rows says what the caller has to say", () => {
    show(<Table label="Orders" rows={[]} rowKey={String} columns={[]} empty="Nothing to ship" />);
    expect(screen.getByText("Nothing to ship")).toBeVisible();
    expect(screen.queryByRole("table")).not.toBeInTheDocument();
  });
});

test("keys typed into a field move no rows", async () => {
  const onOpen = vi.fn();
  const { person } = show(
    <>
      <input aria-label="Search" />
      <Table label="Orders" rows={["a"]} rowKey={String} columns={[]} onOpen={onOpen} />
    </>,
  );
  await person.type(screen.getByLabelText("Search"), "jk{Enter}");
  expect(screen.getByLabelText("Search")).toHaveValue("jk");
  expect(onOpen).not.toHaveBeenCalled();
});

test("a field's message belongs to its control", () => {
  show(
    <Field label="Postal code" error="Five digits.">
      <Input />
    </Field>,
  );
  expect(screen.getByLabelText("Postal code")).toBeInvalid();
  expect(screen.getByLabelText("Postal code")).toHaveAccessibleDescription("Five digits.");
});

test("an amount is minor units to the program and the locale's writing to the person", async () => {
  const heard: (Money | undefined)[] = [];
  function Price() {
    const [value, setValue] = useState<Money>();
    return (
      <Field label="Price">
        <MoneyInput
          value={value}
          currency="EUR"
          onChange={(money) => {
            heard.push(money);
            setValue(money);
          }}
        />
      </Field>
    );
  }
  const { person } = show(<Price />);
  await person.type(screen.getByLabelText("Price"), "1149.5");
  await person.tab();
  expect(heard.at(-1)).toEqual({ amount: 114950, currency: "EUR" });
  expect(screen.getByLabelText("Price")).toHaveValue("1,149.50");
});

test("a refusal is told in the server's words and can be tried again", async () => {
  const retry = vi.fn();
  const { person } = show(
    <LoadError problem={new Problem({ status: 404, detail: "There is no order ord_9." })} onRetry={retry} />,
  );
  expect(screen.getByRole("alert")).toHaveTextContent("There is no order ord_9.");
  await person.click(screen.getByRole("button", { name: "Try again" }));
  expect(retry).toHaveBeenCalledOnce();
});

test("what a crash of the server says stays out of sight", () => {
  show(<LoadError problem={new Problem({ status: 500, detail: "NullPointer at 0x00" })} />);
  expect(screen.getByRole("alert")).not.toHaveTextContent("NullPointer");
});

test("a confirmation that is busy can neither be left nor given twice", async () => {
  const [onClose, onConfirm] = [vi.fn(), vi.fn()];
  const { person } = show(
    <Confirm
      open
      busy
      title="Release 12 payouts?"
      action="Release 12 payouts"
      onClose={onClose}
      onConfirm={onConfirm}
    >
      €18,204.90 leaves today.
    </Confirm>,
  );
  const dialog = screen.getByRole("alertdialog", { name: "Release 12 payouts?" });
  expect(within(dialog).getByRole("button", { name: "Release 12 payouts" })).toBeDisabled();
  await person.keyboard("{Escape}");
  expect(onClose).not.toHaveBeenCalled();
});

test("what flows into a bar of the Sankey is as thick as what flows out", () => {
  const flows = [
    { from: "Buyer", to: "Escrow", amount: 100 },
    { from: "Escrow", to: "Seller", amount: 70 },
    { from: "Escrow", to: "Fee", amount: 30 },
  ];
  const placed = layOut(flows, { width: 400, height: 200, margin: 80, gap: 10, bar: 8 });
  const [into, ...out] = placed.flows.map((flow) => flow.thickness);
  expect(out.reduce((sum, thickness) => sum + thickness, 0)).toBeCloseTo(into ?? 0);
  expect(placed.nodes.map((node) => node.column)).toEqual([0, 1, 2, 2]);
});

test("choices are written from the right in Arabic", async () => {
  await i18next.changeLanguage("ar");
  show(<RadioCards aria-label="ways" options={[{ value: "a", label: "A" }]} value="a" onChange={vi.fn()} />);
  expect(screen.getByRole("radiogroup")).toHaveAttribute("dir", "rtl");
  await i18next.changeLanguage("en");
});

test("the tab that is chosen is scrolled into sight where there is no room for all", () => {
  const sizes = { offsetLeft: 300, offsetWidth: 100, clientWidth: 200 };
  for (const [name, size] of Object.entries(sizes))
    vi.spyOn(HTMLElement.prototype, name as "offsetLeft", "get").mockReturnValue(size);
  const tabs = ["one", "two", "three"].map((value) => ({ value, label: value }));
  show(<Tabs label="What to show" tabs={tabs} value="three" onChange={() => undefined} />);
  expect(screen.getByRole("tablist").scrollLeft).toBe(250);
  vi.restoreAllMocks();
});
