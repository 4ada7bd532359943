import { PackageOpen } from "lucide-react";
import { Problem } from "@/shared/api";
import { Button, Card, EmptyState, LoadError, Notice, Progress, SkeletonText } from "@/shared/kit";
import { Section } from "./Section";

const missing = new Problem({
  status: 404,
  detail: "There is no order ord_6H2K in this marketplace. Check the number.",
  requestId: "req_01JD2V9K",
});

export function States() {
  return (
    <Section title="States">
      <div className="grid gap-6 lg:grid-cols-3">
        <Card>
          <EmptyState
            icon={<PackageOpen />}
            title="Nothing to ship"
            action={<Button>See what is on its way</Button>}
          >
            New orders appear here as soon as they are paid.
          </EmptyState>
        </Card>
        <Card>
          <LoadError problem={missing} onRetry={() => undefined} />
        </Card>
        <Card>
          <LoadError problem={new Problem({})} onRetry={() => undefined} />
        </Card>
        <Card title="Loading">
          <SkeletonText />
        </Card>
        <Card title="Progress">
          <div className="grid gap-4">
            <Progress label="Importing products" value={0.64} />
            <Progress label="Asking the bank" value={undefined} />
          </div>
        </Card>
        <div className="grid content-start gap-3">
          <Notice title="Seven invoices are ready" />
          <Notice tone="warning" title="Two products run low" />
          <Notice tone="negative" title="The bank sent one payout back">
            The account was closed. Ask the seller for a new one.
          </Notice>
        </div>
      </div>
    </Section>
  );
}
