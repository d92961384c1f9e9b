// A decision in words: the call, why it went so, the statements that decided or came near, and what
// would allow it, ready to copy or to add to the bucket's policy.

import type { AuthorizationMessage, TracedStatement } from "../../../../src/auth/policy/message.ts";
import { Badge, Card, Facts } from "../../components/parts.tsx";
import { SafeText } from "../../components/safe-text.tsx";
import { explain as text } from "../../messages/en/explain.ts";
import { Changes } from "./changes.tsx";
import "./explain.css";

export function ExplanationView({ explanation }: { readonly explanation: AuthorizationMessage }) {
  const { allowed, explicitDeny, context, trace } = explanation;
  const values = context.conditions.items.map(
    ({ key, values: { items } }) => `${key} = ${items.map(({ value }) => value).join(", ")}`,
  );
  return (
    <div aria-live="polite" className="explanation">
      <Card
        title={text("question")}
        actions={
          <span className="row">
            <Badge tone={allowed ? "good" : "danger"}>{text(allowed ? "allowed" : "denied")}</Badge>
            {explicitDeny && <Badge tone="danger">{text("explicit")}</Badge>}
          </span>
        }
      >
        <Facts
          items={[
            [text("principal"), <Value key="principal">{context.principal.arn}</Value>],
            [text("action"), <Value key="action">{context.action}</Value>],
            [text("resource"), <Value key="resource">{context.resource}</Value>],
          ]}
        />
        <h3>{text("why")}</h3>
        <ul className="explain-words">
          {trace.words.map((words) => (
            <li key={words}>
              <SafeText>{words}</SafeText>
            </li>
          ))}
        </ul>
        {values.length > 0 && (
          <details>
            <summary>{text("values")}</summary>
            <ul className="explain-words">
              {values.map((value) => (
                <li key={value}>
                  <Value>{value}</Value>
                </li>
              ))}
            </ul>
          </details>
        )}
      </Card>
      <Changes explanation={explanation} />
      <Card title={text("statements")}>
        {trace.statements.length === 0 ? (
          <p className="muted">{text("noStatements")}</p>
        ) : (
          <ul className="explain-statements">
            {trace.statements.map((statement) => (
              <Statement key={`${statement.policy} ${statement.index}`} statement={statement} />
            ))}
          </ul>
        )}
        <p className="muted">
          {text("policies")}{" "}
          <SafeText>{trace.policies.map(({ name }) => name).join(", ") || "–"}</SafeText>
        </p>
      </Card>
    </div>
  );
}

function Value({ children }: { readonly children: string }) {
  return (
    <code className="break">
      <SafeText>{children}</SafeText>
    </code>
  );
}

function Statement({ statement }: { readonly statement: TracedStatement }) {
  const { policy, index, sid = "", effect, matches, differs } = statement;
  return (
    <li className="row spread">
      <span>
        <Badge tone={effect === "Allow" ? "good" : "danger"}>{effect}</Badge>{" "}
        <SafeText>{text("statementOf", { policy, index: index + 1 })}</SafeText>{" "}
        {sid !== "" && (
          <span className="muted">
            <SafeText>{sid}</SafeText>
          </span>
        )}
      </span>
      <span className="muted">
        {matches ? text("matches") : text("differsIn", { what: differs.join(", ") })}
      </span>
    </li>
  );
}
