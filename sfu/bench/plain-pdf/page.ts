import { getDocument, GlobalWorkerOptions } from 'pdfjs-dist/legacy/build/pdf.mjs';
import workerUrl from 'pdfjs-dist/legacy/build/pdf.worker.min.mjs?url';

/*
 * The least that opens a PDF: pdf.js as it comes, one canvas, no cache, no text. The address and the headers
 * stand in the fragment.
 */
GlobalWorkerOptions.workerSrc = workerUrl;
const { url, headers } = JSON.parse(decodeURIComponent(location.hash.slice(1))) as {
  url: string;
  headers: Record<string, string>;
};
const pdf = await getDocument({ url, httpHeaders: headers }).promise;
const page = await pdf.getPage(1);
const canvas = document.createElement('canvas');
const whole = page.getViewport({ scale: 1 });
const viewport = page.getViewport({ scale: Math.min(innerWidth / whole.width, innerHeight / whole.height) });
canvas.width = viewport.width;
canvas.height = viewport.height;
document.body.append(canvas);
await page.render({ canvas, viewport }).promise;
requestAnimationFrame(() => {
  canvas.dataset['paintedAt'] = String(Date.now());
});
