/**
 * The forms for signing in and for accepting an invite. Opening an invite link does not use up the invite; pressing
 * the button does.
 */
import type { ComponentChildren, JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { ApiProblem, call, readInvited } from "../client/api.ts";
import { lookUp, useTexts, type Texts } from "../text/texts.ts";
import { Icon } from "./icons.tsx";

/** The minimum length of a password, characters. */
const MIN_PASSWORD = 10;

interface SignInProps {
  readonly onSignedIn: () => void;
  /** Why the agent has to sign in again; null when the page was just opened. */
  readonly reason: string | null;
  readonly languageButton: JSX.Element;
}

/** Renders the form with name and password. */
export function SignIn({ onSignedIn, reason, languageButton }: SignInProps): JSX.Element {
  const t = useTexts();
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const form = useForm(t, async () => {
    await call("POST", "sign-in", { body: { name, password } });
    onSignedIn();
  });
  return (
    <Card title={t.signIn} languageButton={languageButton} onSubmit={form.submit}>
      {reason !== null && <p class="banner">{reason}</p>}
      <label class="field">
        <span class="name">{t.name}</span>
        <input
          class="input"
          value={name}
          required
          autocomplete="username"
          onInput={(event) => setName(event.currentTarget.value)}
        />
      </label>
      <PasswordField
        label={t.password}
        value={password}
        autocomplete="current-password"
        onInput={setPassword}
        problem={form.problem}
      />
      <button class="button primary big" type="submit" aria-disabled={form.isBusy}>
        {form.isBusy ? t.signingIn : t.signInButton}
      </button>
      <p class="hint">{t.signInHint}</p>
    </Card>
  );
}

/** What is known of an invite: its account, or the error that makes it unknown. Both are null while it is being read. */
interface Invited {
  readonly name: string | null;
  readonly error: unknown;
}

/** Renders the form of an invite. @param secret the part of the hash after `#invite=` */
export function AcceptInvite({
  secret,
  languageButton,
  onSignedIn,
  onLeave,
}: {
  readonly secret: string;
  readonly languageButton: JSX.Element;
  readonly onSignedIn: () => void;
  readonly onLeave: () => void;
}): JSX.Element {
  const t = useTexts();
  const [invited, setInvited] = useState<Invited>({ name: null, error: null });
  const [password, setPassword] = useState("");
  const [again, setAgain] = useState("");
  useEffect(() => {
    readInvited(secret).then(
      ({ name }) => setInvited({ name, error: null }),
      (error: unknown) => setInvited({ name: null, error }),
    );
  }, [secret]);
  const form = useForm(t, async () => {
    if (Array.from(password).length < MIN_PASSWORD) throw new FormProblem(t.passwordShort);
    if (password !== again) throw new FormProblem(t.passwordDiffers);
    await call("POST", "sign-in/invite", { body: { invite: secret, password } });
    onSignedIn();
  });
  return (
    <Card title={t.invite} languageButton={languageButton} onSubmit={form.submit}>
      <p class="muted">{t.inviteText}</p>
      {invited.error !== null && (
        <p class="banner" role="alert">
          {describe(invited.error, t)}
        </p>
      )}
      {invited.name !== null && (
        <label class="field">
          <span class="name">{t.name}</span>
          {/* Not disabled, so that password managers store it with the password. */}
          <input class="input" value={invited.name} readOnly autocomplete="username" />
        </label>
      )}
      <PasswordField
        label={t.newPassword}
        value={password}
        autocomplete="new-password"
        onInput={setPassword}
        problem={null}
      />
      <PasswordField
        label={t.repeatPassword}
        value={again}
        autocomplete="new-password"
        onInput={setAgain}
        problem={form.problem}
      />
      <button class="button primary big" type="submit" aria-disabled={form.isBusy}>
        {form.isBusy ? t.signingIn : t.inviteButton}
      </button>
      <button class="button quiet" type="button" onClick={onLeave}>
        {t.toSignIn}
      </button>
    </Card>
  );
}

function Card(props: {
  readonly title: string;
  readonly languageButton: JSX.Element;
  readonly onSubmit: () => Promise<void>;
  readonly children: ComponentChildren;
}): JSX.Element {
  return (
    <main class="login">
      <form
        class="login-card"
        onSubmit={(event) => {
          event.preventDefault();
          void props.onSubmit();
        }}
      >
        <div class="login-top">
          <span class="mark">
            <Icon name="kefu" size="l" />
          </span>
          {props.languageButton}
        </div>
        <h1>{props.title}</h1>
        {props.children}
      </form>
    </main>
  );
}

interface PasswordProps {
  readonly label: string;
  readonly value: string;
  readonly autocomplete: "current-password" | "new-password";
  readonly onInput: (value: string) => void;
  readonly problem: string | null;
}

function PasswordField({ label, value, autocomplete, onInput, problem }: PasswordProps): JSX.Element {
  return (
    <label class="field">
      <span class="name">{label}</span>
      <input
        class="input"
        type="password"
        value={value}
        required
        autocomplete={autocomplete}
        aria-invalid={problem !== null}
        onInput={(event) => onInput(event.currentTarget.value)}
      />
      <span role="alert">
        {problem !== null && (
          <span class="hint bad">
            <Icon name="alert" />
            {problem}
          </span>
        )}
      </span>
    </label>
  );
}

/** A problem that the form itself detects. */
class FormProblem extends Error {}

interface Form {
  readonly submit: () => Promise<void>;
  readonly isBusy: boolean;
  readonly problem: string | null;
}

function useForm(t: Texts, work: () => Promise<void>): Form {
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const submit = async (): Promise<void> => {
    if (isBusy) return;
    setBusy(true);
    setProblem(null);
    try {
      await work();
    } catch (error) {
      setProblem(error instanceof FormProblem ? error.message : describe(error, t));
    } finally {
      setBusy(false);
    }
  };
  return { submit, isBusy, problem };
}

function describe(error: unknown, t: Texts): string {
  if (!(error instanceof ApiProblem)) return t.unexpected;
  const words = {
    unreachable: t.unreachable,
    sign_in_refused: t.wrongSignIn,
    agent_suspended: t.suspended,
    rate_limited: t.tooMany,
    desk_off: t.signInOff,
    origin_refused: t.originRefused,
    https_required: t.originRefused,
    invite_invalid: t.inviteGone,
    weak_password: t.passwordWeak,
  };
  return lookUp(words, error.code) ?? t.unexpected;
}
