/**
 * The content of a message, of every type. Texts of users and of our own side are rendered as text only, never as HTML;
 * only http(s) addresses become links.
 */
import type { JSX } from "preact";
import { mediaUrl } from "../client/api.ts";
import type { Line, SentContent } from "../model/timeline.ts";
import { useTexts } from "../text/texts.ts";
import { splitFaces } from "../ui/emoji.ts";
import { isWebAddress, parseText, splitAddresses } from "../ui/links.ts";
import { fill } from "../ui/text.ts";
import { Icon, type IconName } from "./icons.tsx";
import { Picture } from "./picture.tsx";

type Message = Extract<Line, { type: "in" }>["message"];

/** Renders a user's message. */
export function UserContent({
  message,
  conversation,
}: {
  readonly message: Message;
  readonly conversation: string;
}): JSX.Element {
  const t = useTexts();
  switch (message.type) {
    case "text":
      return <TextBubble text={message.content} isUsers />;
    case "menu-choice":
      return <TextBubble text={fill(t.choice, { text: message.content })} isUsers />;
    case "image":
      return <Picture url={mediaUrl(conversation, message.mediaId)} name={t.pictureOf} />;
    case "voice":
      return <FileCard icon="mic" name={t.voice} url={mediaUrl(conversation, message.mediaId)} />;
    case "video":
      return <FileCard icon="file" name={t.video} url={mediaUrl(conversation, message.mediaId)} />;
    case "file":
      return <FileCard icon="file" name={message.fileName ?? t.file} url={mediaUrl(conversation, message.mediaId)} />;
    case "location":
      return (
        <Card icon="place" head={t.location} title={message.label}>
          <p class="hint">
            {message.latitude.toFixed(5)}, {message.longitude.toFixed(5)}
          </p>
        </Card>
      );
    case "link":
      return <LinkCard title={message.title} description={message.description} url={message.url} />;
    case "card":
      return (
        <Card icon="card" head={t.card} title={message.title}>
          <p class="hint path">{message.pagePath}</p>
        </Card>
      );
    case "unknown":
      return <p class="bubble unknown">{fill(t.unknownType, { name: message.name })}</p>;
  }
}

/** Renders an outbound message. Its picture can be shown as long as the platform keeps it. */
export function ServiceContent({
  content,
  conversation,
  state = "",
}: {
  readonly content: SentContent;
  readonly conversation: string;
  readonly state?: string;
}): JSX.Element {
  const t = useTexts();
  switch (content.type) {
    case "text":
      return <TextBubble text={content.content} state={state} />;
    case "image":
      return <Picture url={mediaUrl(conversation, content.mediaId)} name={t.pictureSent} />;
    case "link":
      return <LinkCard title={content.title} description={content.description} url={content.url} />;
    case "card":
      return (
        <Card icon="card" head={t.card} title={content.title}>
          <p class="hint path">{content.pagePath}</p>
        </Card>
      );
  }
}

/** Renders a text. @param isUsers the user wrote it: mini-program links in it are not converted */
export function TextBubble({
  text,
  isUsers = false,
  state = "",
}: {
  readonly text: string;
  readonly isUsers?: boolean;
  readonly state?: string;
}): JSX.Element {
  return (
    <p class={`bubble ${state}`}>
      <RichText text={text} isUsers={isUsers} />
    </p>
  );
}

/** Renders a text with its addresses as links and its face codes as emoji. */
export function RichText({ text, isUsers }: { readonly text: string; readonly isUsers: boolean }): JSX.Element {
  const parts = isUsers ? splitAddresses(text) : parseText(text);
  return (
    <>
      {parts.map((part, index) => {
        if (part.kind === "link") {
          return (
            <a key={index} href={part.url} target="_blank" rel="noopener noreferrer nofollow">
              <Faces text={part.text} />
            </a>
          );
        }
        return part.kind === "text" ? (
          <Faces key={index} text={part.text} />
        ) : (
          <span key={index} class="program-link" title={part.path}>
            <Faces text={part.text} />
          </span>
        );
      })}
    </>
  );
}

function Faces({ text }: { readonly text: string }): JSX.Element {
  return (
    <>
      {splitFaces(text).map((part, index) =>
        "face" in part ? (
          <span key={index} role="img" aria-label={part.code} title={part.code}>
            {part.face.emoji}
          </span>
        ) : (
          part.text
        ),
      )}
    </>
  );
}

function Card(props: {
  readonly icon: IconName;
  readonly head: string;
  readonly title: string;
  readonly children: JSX.Element;
}): JSX.Element {
  return (
    <div class="card">
      <p class="card-head">
        <Icon name={props.icon} />
        {props.head}
      </p>
      <p class="strong">{props.title}</p>
      {props.children}
    </div>
  );
}

function FileCard({
  icon,
  name,
  url,
}: {
  readonly icon: IconName;
  readonly name: string;
  readonly url: string;
}): JSX.Element {
  const t = useTexts();
  return (
    <div class="card">
      <p class="card-head">
        <Icon name={icon} />
        {name}
      </p>
      <a href={url} download>
        {t.download}
      </a>
    </div>
  );
}

function LinkCard({
  title,
  description,
  url,
}: {
  readonly title: string;
  readonly description: string;
  readonly url: string;
}): JSX.Element {
  const t = useTexts();
  const isSafe = isWebAddress(url);
  return (
    <Card icon="link" head={t.link} title={title}>
      <>
        <p class="hint">{description}</p>
        <p class="card-foot">
          {isSafe ? (
            <a href={url} target="_blank" rel="noopener noreferrer nofollow">
              {new URL(url).host}
            </a>
          ) : (
            url
          )}
        </p>
      </>
    </Card>
  );
}
