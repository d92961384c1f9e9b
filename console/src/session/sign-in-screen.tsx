// The first screen.

import { signIn as text } from "../messages/en/frame.ts";
import { KeyForm } from "./key-form.tsx";

export default function SignInScreen() {
  return (
    <main className="sign-in">
      <div className="sign-in-card">
        <h1>
          <span className="sign-in-name">Cairn</span> {text("title")}
        </h1>
        <p className="lead">{text("lead")}</p>
        <KeyForm />
        <details className="sign-in-help">
          <summary>{text("whereKey")}</summary>
          <p>{text("whereKeyText")}</p>
        </details>
      </div>
    </main>
  );
}
