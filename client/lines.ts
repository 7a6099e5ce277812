/** Splits an NDJSON stream into whole lines, wherever the network splits the bytes. */

/**
 * Yields each line that is not blank, as text. The last line may lack a line feed.
 *
 * @throws the error of the stream
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
    // When the consumer stops early, the download is cancelled. A stream that failed needs no cancel.
    await reader.cancel().catch(() => {});
  }
}
