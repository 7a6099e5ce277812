/**
 * One line of a chat, of every type that a phone can show. Content of other senders is rendered as text only, never as
 * HTML.
 */
import type { ComponentChildren, JSX } from "preact";
import { useContext } from "preact/hooks";
import { splitFaces } from "../../console/ui/emoji.ts";
import { isWebAddress, parseText, splitAddresses } from "../../console/ui/links.ts";
import type { PhoneLine } from "../phone-model.ts";
import type { PushContent } from "../push-model.ts";
import { mediaUrl } from "./api.ts";
import { Icon } from "./icons.tsx";
import { Picture } from "./picture.tsx";
import { ProgramContext } from "./program-info.ts";
import { sourceOf } from "./source.ts";
import { fill, useTexts } from "./text.ts";
import { fieldOf, readBody, type MessagePart } from "./wire-message.ts";

/** Opens the target of a tap on a link, card or picture. */
export interface Opener {
  readonly page: (appid: string, path: string, via: "card" | "link") => void;
  readonly picture: (url: string, name: string) => void;
}

interface LineProps {
  readonly line: PhoneLine;
  readonly appid: string;
  readonly open: Opener;
}

/** Renders a line: a bubble on the sender's side, or a grey note in the middle. */
export function Line({ line, appid, open }: LineProps): JSX.Element {
  const t = useTexts();
  if (line.from === "system") return <Note>{line.text}</Note>;
  if (line.from === "agent") {
    return (
      <Row side="theirs" who={t.agent} agent>
        <TextBubble text={line.text} open={open} />
      </Row>
    );
  }
  if (line.from === "user") return <UserLine line={line} appid={appid} open={open} />;
  return (
    <Row side="theirs" who={t.service}>
      <ServiceBody msgtype={line.msgtype} part={readBody(line.body, line.msgtype)} appid={appid} open={open} />
      {line.isAi && <span class="ai-label">{t.aiLabel}</span>}
    </Row>
  );
}

function UserLine({ line, appid, open }: LineProps & { line: Extract<PhoneLine, { from: "user" }> }): JSX.Element {
  const t = useTexts();
  const { content, outcome } = line;
  if (content.kind === "enter") {
    const from = sourceOf(content.sessionFrom);
    return <Note>{from === "" ? t.entered : fill(t.enteredFrom, { from })}</Note>;
  }
  return (
    <Row side="mine" who={t.you} pending={outcome === "pending"}>
      <UserBody content={content} mediaId={line.mediaId ?? ""} appid={appid} open={open} />
    </Row>
  );
}

interface UserBodyProps extends Pick<LineProps, "appid" | "open"> {
  readonly content: Exclude<PushContent, { kind: "enter" }>;
  readonly mediaId: string;
}

function UserBody({ content, mediaId, appid, open }: UserBodyProps): JSX.Element {
  const t = useTexts();
  switch (content.kind) {
    case "text":
      return <TextBubble text={content.content} open={open} literal />;
    case "image":
      return <Picture mediaId={mediaId} name={t.pictureMine} onOpen={open.picture} />;
    case "miniprogrampage": {
      const { title, cardAppid = appid, pagePath } = content;
      return <Card title={title} mediaId="" onOpen={() => open.page(cardAppid, pagePath, "card")} />;
    }
    case "message":
      return <p class="bubble">{fill(t.otherMessage, { type: content.msgType })}</p>;
    case "event":
      return <p class="bubble">{fill(t.otherMessage, { type: "event" })}</p>;
  }
}

interface ServiceProps {
  readonly msgtype: string;
  readonly part: MessagePart;
  readonly appid: string;
  readonly open: Opener;
}

function ServiceBody({ msgtype, part, appid, open }: ServiceProps): JSX.Element {
  const t = useTexts();
  switch (msgtype) {
    case "text":
      return <TextBubble text={fieldOf(part, "content")} open={open} />;
    case "image":
      return <Picture mediaId={fieldOf(part, "media_id")} name={t.pictureTheirs} onOpen={open.picture} />;
    case "link":
      return <LinkCard part={part} />;
    case "miniprogrampage":
      return (
        <Card
          title={fieldOf(part, "title")}
          mediaId={fieldOf(part, "thumb_media_id")}
          onOpen={() => open.page(appid, fieldOf(part, "pagepath"), "card")}
        />
      );
    default:
      return <p class="bubble">{fill(t.otherMessage, { type: msgtype })}</p>;
  }
}

/**
 * Renders a text.
 *
 * @param literal whether the text is the user's, in which WeChat makes no mini-program links; it makes them only in
 *   messages of the service
 */
function TextBubble({ text, open, literal = false }: { text: string; open: Opener; literal?: boolean }): JSX.Element {
  const parts = literal ? splitAddresses(text) : parseText(text);
  return (
    <p class="bubble">
      {parts.map((part, index) => {
        if (part.kind === "text") return <Faces key={index} text={part.text} />;
        if (part.kind === "link") {
          return (
            <a key={index} href={part.url} target="_blank" rel="noopener noreferrer nofollow">
              <Faces text={part.text} />
            </a>
          );
        }
        return (
          <button key={index} type="button" class="text-link" onClick={() => open.page(part.appid, part.path, "link")}>
            <Faces text={part.text} />
          </button>
        );
      })}
    </p>
  );
}

function Faces({ text }: { readonly text: string }): JSX.Element {
  return (
    <>
      {splitFaces(text).map((part, index) =>
        "face" in part ? (
          <span key={index} class="face" role="img" aria-label={part.code} title={part.code}>
            {part.face.emoji}
          </span>
        ) : (
          part.text
        ),
      )}
    </>
  );
}

function LinkCard({ part }: { readonly part: MessagePart }): JSX.Element {
  const url = fieldOf(part, "url");
  const inside = (
    <>
      <strong>{fieldOf(part, "title")}</strong>
      <span class="link-card-body">
        <span>{fieldOf(part, "description")}</span>
        <span class="thumb">
          <Icon name="link" />
        </span>
      </span>
      <span class="card-foot">{URL.canParse(url) ? new URL(url).host : url}</span>
    </>
  );
  if (!isWebAddress(url)) return <div class="link-card">{inside}</div>;
  return (
    <a class="link-card" href={url} target="_blank" rel="noopener noreferrer nofollow">
      {inside}
    </a>
  );
}

function Card(props: { readonly title: string; readonly mediaId: string; readonly onOpen: () => void }): JSX.Element {
  const t = useTexts();
  const { title, mediaId, onOpen } = props;
  const program = useContext(ProgramContext);
  return (
    <button type="button" class="mp-card" onClick={onOpen}>
      <span class="mp-card-head">{program?.title ?? t.home}</span>
      <strong>{title}</strong>
      <span class="mp-card-picture">{mediaId === "" ? <Cushion /> : <img src={mediaUrl(mediaId)} alt="" />}</span>
      <span class="card-foot">{t.miniProgram}</span>
    </button>
  );
}

/** Renders the picture of the demo shop's product. */
export function Cushion(): JSX.Element {
  return (
    <svg
      class="cushion"
      viewBox="0 0 160 100"
      preserveAspectRatio="xMidYMid slice"
      aria-hidden="true"
      focusable="false"
    >
      <rect class="cushion-wall" width="160" height="100" />
      <path class="cushion-floor" d="M0 74h160v26H0z" />
      <path
        class="cushion-body"
        d="M44 78c-14 0-22-9-20-19 2-9 10-13 17-12 1-13 14-21 27-17 6-10 24-12 32 0 12-4 25 3 26 16 10 0 16 8 15 17-1 10-9 15-19 15z"
      />
      <path class="cushion-face" d="M66 56v3M94 56v3M73 63c4 4 10 4 14 0" />
    </svg>
  );
}

interface RowProps {
  readonly side: "mine" | "theirs";
  readonly who: string;
  readonly agent?: boolean;
  readonly pending?: boolean;
  readonly children: ComponentChildren;
}

function Row({ side, who, agent = false, pending = false, children }: RowProps): JSX.Element {
  return (
    <li class={`line ${side}`}>
      <span class={`avatar ${side} ${agent ? "agent" : ""}`}>
        <Icon name={side === "mine" ? "user" : "service"} />
        <span class="sr-only">{who}</span>
      </span>
      <div class="line-body">{children}</div>
      {pending && <span class="sending" aria-hidden="true" />}
    </li>
  );
}

function Note({ children }: { readonly children: ComponentChildren }): JSX.Element {
  return <li class="note">{children}</li>;
}
