import { CreditCard, Download, Landmark, Lock, Printer, ShieldCheck } from "lucide-react";
import { useState } from "react";
import type { Money } from "@/shared/format";
import {
  Button,
  Card,
  Checkbox,
  Chip,
  Combobox,
  Dropzone,
  Field,
  FilterChip,
  IconButton,
  Input,
  MoneyInput,
  Notice,
  RadioCards,
  Select,
  Switch,
  Textarea,
  ToggleChip,
} from "@/shared/kit";
import { Section } from "./Section";

const COUNTRIES = [
  "Austria",
  "Belgium",
  "Denmark",
  "Finland",
  "France",
  "Germany",
  "Italy",
  "Netherlands",
  "Norway",
  "Poland",
  "Sweden",
];
const options = COUNTRIES.map((label) => ({ value: label.toLowerCase(), label }));

export function Controls() {
  return (
    <Section title="Controls">
      <div className="grid gap-6 lg:grid-cols-2">
        <Card title="Buttons">
          <div className="flex flex-wrap items-center gap-3">
            <Button tone="primary">
              <Printer />
              Print 7 labels
            </Button>
            <Button>
              <Download />
              Export
            </Button>
            <Button tone="soft">Soft</Button>
            <Button tone="quiet">Quiet</Button>
            <Button tone="danger">Delete 3 products</Button>
            <Button tone="link">Link</Button>
            <Button disabled>Disabled</Button>
            <Button tone="primary" busy>
              Paying
            </Button>
            <Button tone="primary" size="xl">
              <Lock />
              Pay €270.76
            </Button>
            <IconButton label="Print" tone="framed">
              <Printer />
            </IconButton>
          </div>
        </Card>
        <Payment />
        <FieldsCard />
        <Choices />
      </div>
    </Section>
  );
}

function FieldsCard() {
  const [money, setMoney] = useState<Money | undefined>({ amount: 114900, currency: "EUR" });
  const [country, setCountry] = useState<string>();
  const [state, setState] = useState("open");
  return (
    <Card title="Fields">
      <div className="grid gap-4 sm:grid-cols-2">
        <Field label="Full name" hint="As it stands on your door.">
          <Input defaultValue="Ada Lind" />
        </Field>
        <Field label="Postal code" error="Germany has five digits here, such as 24103.">
          <Input defaultValue="2410" />
        </Field>
        <Field label="Price" aside="with tax">
          <MoneyInput value={money} currency="EUR" onChange={setMoney} />
        </Field>
        <Field label="Country">
          <Combobox options={options} value={country} onChange={setCountry} />
        </Field>
        <Field label="State" optional>
          <Select
            value={state}
            onChange={setState}
            options={[
              { value: "open", label: "Open" },
              { value: "closed", label: "Closed" },
            ]}
          />
        </Field>
        <Field label="Locked">
          <Input defaultValue="ord_6H2K9QTW" disabled />
        </Field>
        <Field label="Message" className="sm:col-span-2">
          <Textarea rows={2} placeholder="What should the seller know?" />
        </Field>
        <div className="sm:col-span-2">
          <Dropzone label="Product list" kinds={[".csv"]} maxMegabytes={20} onFiles={() => undefined} />
        </div>
      </div>
    </Card>
  );
}

function Payment() {
  const [way, setWay] = useState("card");
  return (
    <div className="grid content-start gap-4">
      <RadioCards
        aria-label="Way to pay"
        value={way}
        onChange={setWay}
        options={[
          {
            value: "card",
            label: "Card",
            icon: <CreditCard />,
            aside: <span className="text-sm">Visa, Mastercard</span>,
            body: (
              <Field
                label="Card number"
                error="Your bank declined: not enough funds. Nothing was charged. Try another card."
              >
                <Input
                  controlSize="lg"
                  defaultValue="4000 0000 0000 9995"
                  trailing={<CreditCard />}
                  className="figures"
                />
              </Field>
            ),
          },
          {
            value: "invoice",
            label: "Invoice, 30 days",
            icon: <Landmark />,
            aside: <Chip tone="info">For businesses</Chip>,
          },
        ]}
      />
      <Notice tone="positive" icon={<ShieldCheck />} title="Your money is held until it arrives">
        Sellers are paid 14 days after delivery. Something wrong? One click, and the hold stays until it is
        settled.
      </Notice>
    </div>
  );
}

function Choices() {
  const [on, setOn] = useState(true);
  return (
    <Card title="Choices and chips">
      <div className="grid gap-4">
        <Checkbox checked={on} onChange={setOn} label="Use store credit" hint="€12.40 of €12.40" />
        <Checkbox checked="some" onChange={setOn} label="All listings" />
        <Switch
          checked={on}
          onChange={setOn}
          label="Vacation mode"
          hint="Your listings are hidden until you come back."
        />
        <div className="flex flex-wrap gap-2">
          <Chip>On its way</Chip>
          <Chip tone="positive">Delivered</Chip>
          <Chip tone="warning">Ship by 15:00</Chip>
          <Chip tone="negative">Late by 3 h</Chip>
          <Chip tone="info">Label ready</Chip>
          <Chip tone="accent">Autumn at home</Chip>
        </div>
        <div className="flex flex-wrap gap-2">
          <ToggleChip pressed={on} onPress={setOn}>
            EU 42
          </ToggleChip>
          <ToggleChip pressed={!on} onPress={(pressed) => setOn(!pressed)}>
            EU 43
          </ToggleChip>
          <FilterChip name="Kiel" onRemove={() => undefined}>
            Kiel
          </FilterChip>
        </div>
      </div>
    </Card>
  );
}
