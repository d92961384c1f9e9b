// A QR code as one path of an SVG.

import qrcode from "qrcode-generator";
import { useMemo } from "react";
import { share as text } from "../../../messages/en/object.ts";

/** Nothing is shown for a text too long for any code. */
export function QrCode({ value }: { readonly value: string }) {
  const code = useMemo(() => draw(value), [value]);
  if (code === undefined) return null;
  const { size, path } = code;
  return (
    <div className="share-code">
      <svg viewBox={`-2 -2 ${size + 4} ${size + 4}`} role="img" aria-label={text("qr")}>
        <path d={path} fill="#000" shapeRendering="crispEdges" />
      </svg>
    </div>
  );
}

function draw(value: string): { readonly size: number; readonly path: string } | undefined {
  try {
    const code = qrcode(0, "L");
    code.addData(value);
    code.make();
    const size = code.getModuleCount();
    let path = "";
    for (let row = 0; row < size; row++) {
      for (let column = 0; column < size; column++) {
        if (code.isDark(row, column)) path += `M${column} ${row}h1v1h-1z`;
      }
    }
    return { size, path };
  } catch {
    return undefined;
  }
}
