// The first screen. Whoever comes by the link of a server on their own machine passes it by.

import { useEffect, useState } from "react";
import { signIn as text } from "../messages/en/frame.ts";
import { hasCode, redeemCode } from "./handed-over.ts";
import { KeyForm } from "./key-form.tsx";

export default function SignInScreen() {
  const { isOpening, failure } = useLink();
  return (
    <main className="sign-in">
      <div className="sign-in-card">
        <h1>
          <span className="sign-in-name">Cairn</span> {text("title")}
        </h1>
        {isOpening ? (
          <p className="lead" role="status">
            {text("working")}
          </p>
        ) : (
          <>
            <p className="lead">{failure ?? text("lead")}</p>
            <KeyForm />
            <details className="sign-in-help">
              <summary>{text("whereKey")}</summary>
              <p>{text("whereKeyText")}</p>
            </details>
          </>
        )}
      </div>
    </main>
  );
}

/** Signs in by the code that the address held; says why it did not. */
function useLink() {
  const [isOpening, setOpening] = useState(hasCode);
  const [failure, setFailure] = useState<string>();
  useEffect(() => {
    if (!hasCode()) return;
    redeemCode()
      .then(async (key) => {
        if (key === undefined) throw new Error(text("linkSpent"));
        const { signIn } = await import("./sign-in.ts");
        await signIn({ key, isTemporary: true, isRemembered: true });
      })
      .catch((error: Error) => {
        setFailure(error.message);
        setOpening(false);
      });
  }, []);
  return { isOpening, failure };
}
