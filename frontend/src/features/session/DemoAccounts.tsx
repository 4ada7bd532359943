import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useSignInWithPassword } from "@/shared/api/generated/identity/identity";
import type { DemoAccountOut, DemoAccountsOut } from "@/shared/api/generated/model";
import { Avatar, Button, Notice, Spinner } from "@/shared/kit";
import { useWelcome } from "./useSession";

const SHOWN_AT_FIRST = 4;

/** Everybody of the demo world, by role; a click signs in. */
export function DemoAccounts({ demo }: { demo: DemoAccountsOut }) {
  const { t } = useTranslation("session");
  const welcome = useWelcome();
  const signIn = useSignInWithPassword({ mutation: { onSuccess: welcome } });
  const roles = [...new Set(demo.data.map(({ role }) => role))];
  return (
    <section aria-labelledby="demo-title">
      <h2 id="demo-title" className="text-lg font-semibold">
        {t("demo_title")}
      </h2>
      <p className="mt-0.5 text-muted">
        {t("demo_lead")}{" "}
        <code className="font-mono text-sm whitespace-nowrap text-text">{demo.password}</code>
      </p>
      {signIn.error && (
        <div className="mt-4">
          <Notice tone="negative" title={signIn.error.detail || signIn.error.message} />
        </div>
      )}
      {roles.map((role) => (
        <RoleGroup
          key={role}
          role={role}
          people={demo.data.filter((one) => one.role === role)}
          entering={signIn.isPending ? signIn.variables.data.email : undefined}
          onEnter={({ email }) => signIn.mutate({ data: { email, password: demo.password } })}
        />
      ))}
    </section>
  );
}

interface RoleGroupProps {
  role: string;
  people: readonly DemoAccountOut[];
  entering: string | undefined;
  onEnter: (person: DemoAccountOut) => void;
}

function RoleGroup({ role, people, entering, onEnter }: RoleGroupProps) {
  const { t } = useTranslation("session");
  const [all, setAll] = useState(false);
  const shown = all ? people : people.slice(0, SHOWN_AT_FIRST);
  return (
    <div className="mt-6">
      <h3 className="mb-2 text-sm font-medium text-muted">{role}</h3>
      <ul className="grid gap-2 sm:grid-cols-2">
        {shown.map((person) => (
          <li key={person.email}>
            <button
              type="button"
              disabled={entering !== undefined}
              onClick={() => onEnter(person)}
              className="flex w-full items-center gap-3 rounded-lg border bg-surface px-3.5 py-3 text-start transition-colors duration-150 hover:border-line-strong hover:bg-sunken disabled:pointer-events-none"
            >
              <Avatar name={person.name} size="sm" />
              <span className="min-w-0 grow">
                <span className="block truncate font-semibold">{person.name}</span>
                <span className="block truncate text-sm text-muted">{person.where}</span>
              </span>
              {entering === person.email && <Spinner className="size-4 shrink-0 text-muted" />}
            </button>
          </li>
        ))}
      </ul>
      {people.length > shown.length && (
        <Button tone="link" size="sm" className="-ms-3 mt-1" onClick={() => setAll(true)}>
          {t("demo_more", { number: people.length - shown.length })}
        </Button>
      )}
    </div>
  );
}
