// Reduces a photo on the phone to the size that the server would store (`Limits` in imaging/normalise.py), so that a
// slow connection sends a tenth of it. The picture is upright, and its place and time are dropped.
const QUALITIES = [0.92, 0.88, 0.85]; // the best one that is small enough, else the last, as on the server

// `limits`: sides in pixels and bytes. Returns the file itself if it is small enough, or if this browser cannot read
// it: the server reads more formats.
export async function reduced(file, limits) {
  if (file.size <= limits.wanted_bytes || !file.type.startsWith("image/")) return file;
  try {
    const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
    const canvas = drawn(picture, scaleOf(picture, limits));
    picture.close();
    const blob = await encoded(canvas, limits.wanted_bytes);
    return blob && blob.size < file.size ? new File([blob], "photo.jpg", { type: "image/jpeg" }) : file;
  } catch {
    return file;
  }
}

function scaleOf({ width, height }, limits) {
  const [long, short] = [Math.max(width, height), Math.min(width, height)];
  const floor = Math.max(limits.long_floor / long, limits.short_floor / short);
  return Math.min(1, Math.max(limits.long_side / long, floor));
}

function drawn(picture, scale) {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [Math.round(picture.width * scale), Math.round(picture.height * scale)];
  const context = canvas.getContext("2d");
  context.fillStyle = "white"; // under transparent parts, as on the server
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.imageSmoothingQuality = "high";
  context.drawImage(picture, 0, 0, canvas.width, canvas.height);
  return canvas;
}

async function encoded(canvas, wanted) {
  let blob = null;
  for (const quality of QUALITIES) {
    blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", quality));
    if (!blob || blob.size <= wanted) break;
  }
  return blob;
}
