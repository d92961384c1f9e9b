// What this month costs so far, here and at others, by list prices. Left out for whom it is not told.

import { useQuery } from "@tanstack/react-query";
import type { Cost } from "../../../../src/admin/answers.ts";
import { formatMoney } from "../../components/format.ts";
import { Card, TableScroll } from "../../components/parts.tsx";
import { ShowCommand } from "../../components/show-command.tsx";
import { home as text } from "../../messages/en/home.ts";
import { adminQuery } from "../../queries/admin.ts";

const parts = ["storage", "requests", "egress", "total", "forecast"] as const;

const names = {
  storage: text("costStorage"),
  requests: text("costRequests"),
  egress: text("costEgress"),
  total: text("costTotal"),
  forecast: text("costForecast"),
} as const;

export function CostCard() {
  const { data } = useQuery(adminQuery<Cost>("/cost"));
  if (data === undefined) return null;
  return (
    <Card title={text("cost")} actions={<ShowCommand words={["cost"]} />}>
      <TableScroll label={text("cost")}>
        <table className="table" aria-label={text("cost")}>
          <thead>
            <tr>
              <th scope="col">{data.month}</th>
              {parts.map((part) => (
                <th key={part} scope="col" className="end">
                  {names[part]}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {data.bills.map((bill) => (
              <tr key={bill.name}>
                <td>{bill.name}</td>
                {parts.map((part) => (
                  <td key={part} className="end">
                    {part === "storage" && data.daysMeasured === 0
                      ? text("costUnknown")
                      : formatMoney(bill[part], bill.currency)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </TableScroll>
      <p className="muted small">
        {text("costNote", { count: data.daysMeasured, prices: data.bills[0]?.pricesOf ?? "" })}
      </p>
    </Card>
  );
}
