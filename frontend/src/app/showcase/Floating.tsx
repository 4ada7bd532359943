import { Copy, Ellipsis, Trash2 } from "lucide-react";
import { useState } from "react";
import {
  Button,
  Card,
  CommandPalette,
  Confirm,
  Dialog,
  Drawer,
  Field,
  IconButton,
  Input,
  Menu,
  toast,
  useHotkey,
} from "@/shared/kit";
import { Section } from "./Section";

type Shown = "dialog" | "drawer" | "confirm" | "command";

export function Floating() {
  const [shown, setShown] = useState<Shown>();
  const close = () => setShown(undefined);
  useHotkey({ "mod+k": () => setShown("command") });
  return (
    <Section title="Floating">
      <Card>
        <div className="flex flex-wrap items-center gap-3">
          <Button onClick={() => setShown("dialog")}>Dialog</Button>
          <Button onClick={() => setShown("drawer")}>Drawer</Button>
          <Button onClick={() => setShown("confirm")}>Confirm</Button>
          <Button onClick={() => setShown("command")}>Command</Button>
          <Button
            onClick={() =>
              toast({
                title: "3 labels printed",
                detail: "They are in your downloads.",
                tone: "positive",
                action: { label: "Undo", run: () => undefined },
              })
            }
          >
            Toast
          </Button>
          <Menu
            trigger={
              <IconButton label="More" tone="framed">
                <Ellipsis />
              </IconButton>
            }
            entries={[
              { label: "Duplicate", icon: <Copy />, onSelect: () => undefined },
              { kind: "line" },
              { label: "Delete", icon: <Trash2 />, danger: true, onSelect: () => undefined },
            ]}
          />
        </div>
      </Card>
      <Dialog
        open={shown === "dialog"}
        onClose={close}
        title="Name this address"
        lead="So that you find it again at the next order."
        footer={
          <>
            <Button onClick={close}>Cancel</Button>
            <Button tone="primary" onClick={close}>
              Save address
            </Button>
          </>
        }
      >
        <Field label="Name">
          <Input placeholder="Home" />
        </Field>
      </Dialog>
      <Drawer
        open={shown === "drawer"}
        onClose={close}
        title="Your cart"
        footer={<Button tone="primary">Go to checkout</Button>}
      >
        One lamp, two teapots.
      </Drawer>
      <Confirm
        open={shown === "confirm"}
        onClose={close}
        title="Release 12 payouts?"
        action="Release 12 payouts"
        onConfirm={close}
      >
        €18,204.90 leaves for 12 sellers’ banks today. This cannot be called back.
      </Confirm>
      <CommandPalette
        open={shown === "command"}
        onClose={close}
        groups={[
          {
            heading: "Pages",
            items: ["Orders", "Returns", "Products"].map((label) => ({ id: label, label, onSelect: close })),
          },
        ]}
      />
    </Section>
  );
}
