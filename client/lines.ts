/**
 * NDJSON as it comes in: whole lines, whatever pieces the network cuts the bytes into.
 */

/**
 * Yields each line that is not empty, as text. The last one may lack its line feed.
 *
 * @throws whatever the stream breaks with
 */
export async function* readLines(stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const reader = stream.getReader();
  const decoder = new TextDecoder();
  let rest = "";
  try {
    for (;;) {
      const { done, value } = await reader.read();
      rest += decoder.decode(value, { stream: !done });
      const lines = rest.split("\n");
      rest = done ? "" : (lines.pop() ?? "");
      for (const line of lines) if (line.trim() !== "") yield line;
      if (done) return;
    }
  } finally {
    // Whoever leaves early ends the download too. A stream that broke has nothing left to cancel.
    await reader.cancel().catch(() => {});
  }
}
