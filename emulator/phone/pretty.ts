/** Formats bodies with line breaks for display: 64-bit numbers and CDATA are unchanged. */

/** Adds line breaks between XML elements and between JSON members. Any other body is unchanged. */
export function prettyBody(text: string): string {
  const trimmed = text.trim();
  if (trimmed.startsWith("<xml>"))
    return trimmed.replaceAll(/>(?=<(?!!|\/(?!xml>)))/g, ">\n  ").replaceAll("  </xml>", "</xml>");
  return trimmed.startsWith("{") ? prettyJson(trimmed) : text;
}

/** Formats JSON without JSON.parse, which would change a MsgId above 2^53. */
function prettyJson(text: string): string {
  let depth = 0;
  let isInString = false;
  let made = "";
  for (let at = 0; at < text.length; at += 1) {
    const letter = text.charAt(at);
    if (isInString && letter === "\\") {
      made += letter + text.charAt(at + 1);
      at += 1;
      continue;
    }
    if (letter === '"') isInString = !isInString;
    if (isInString || letter === '"') {
      made += letter;
      continue;
    }
    if (letter === "{" || letter === "[") {
      depth += 1;
      made += `${letter}\n${"  ".repeat(depth)}`;
    } else if (letter === "}" || letter === "]") {
      depth -= 1;
      made += `\n${"  ".repeat(Math.max(0, depth))}${letter}`;
    } else if (letter === ",") made += `,\n${"  ".repeat(depth)}`;
    else if (letter === ":") made += ": ";
    else if (letter.trim() !== "") made += letter;
  }
  return made;
}
