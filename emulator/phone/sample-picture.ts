/** A sample picture, drawn by script, so that no image file is needed. */

const WIDTH = 240;
const HEIGHT = 180;

/** Draws a small landscape as PNG. @returns its bytes in base64 */
export function drawSample(): string {
  const canvas = document.createElement("canvas");
  canvas.width = WIDTH;
  canvas.height = HEIGHT;
  const pen = canvas.getContext("2d");
  if (pen === null) throw new Error("this browser cannot draw on a canvas");
  pen.fillStyle = "#bfe3f2";
  pen.fillRect(0, 0, WIDTH, HEIGHT);
  pen.fillStyle = "#ffd76a";
  pen.beginPath();
  pen.arc(184, 48, 22, 0, Math.PI * 2);
  pen.fill();
  for (const [colour, top, peak] of [
    ["#7fb79a", 120, 60],
    ["#4f9a78", 140, 95],
  ] as const) {
    pen.fillStyle = colour;
    pen.beginPath();
    pen.moveTo(0, HEIGHT);
    pen.lineTo(0, top);
    pen.quadraticCurveTo(WIDTH / 3, peak, WIDTH / 2, top);
    pen.quadraticCurveTo((WIDTH * 3) / 4, top + 30, WIDTH, peak + 30);
    pen.lineTo(WIDTH, HEIGHT);
    pen.fill();
  }
  return base64Of(canvas.toDataURL("image/png"));
}

/** Reads the bytes of a selected file, in base64. */
export function readPicture(file: File): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.addEventListener("load", () => resolve(base64Of(typeof reader.result === "string" ? reader.result : "")));
    reader.addEventListener("error", () => reject(reader.error ?? new Error("the file cannot be read")));
    reader.readAsDataURL(file);
  });
}

function base64Of(dataUrl: string): string {
  return dataUrl.slice(dataUrl.indexOf(",") + 1);
}
