/** A picture as PDF takes it without change. */
export type Photo = { jpeg: Buffer; width: number; height: number };

/**
 * A PDF of so many A4 pages, each with its number in large type and, where asked for, a photo, or ballast that
 * no compression makes smaller: for tests that need a file of a certain length and weight.
 */
export function pdfOf(
  pages: number,
  { ballastBytes = 0, photos = [] }: { ballastBytes?: number; photos?: readonly Photo[] } = {},
): Buffer {
  const parts: Buffer[] = [];
  const offsets: number[] = [];
  let length = 0;
  const write = (content: string | Buffer) => {
    const bytes = typeof content === 'string' ? Buffer.from(content, 'latin1') : content;
    parts.push(bytes);
    length += bytes.length;
  };
  const object = (number: number, ...content: (string | Buffer)[]) => {
    offsets[number] = length;
    write(`${number} 0 obj\n`);
    content.forEach(write);
    write('\nendobj\n');
  };
  const stream = (number: number, dictionary: string, content: Buffer) => {
    const head = `<< ${dictionary} /Length ${content.length} >>\nstream\n`;
    object(number, head, content, '\nendstream');
  };
  const pageObject = (page: number) => 4 + (page - 1) * 3;

  write('%PDF-1.4\n%\xe2\xe3\xcf\xd3\n');
  object(1, '<< /Type /Catalog /Pages 2 0 R >>');
  const kids = Array.from({ length: pages }, (_, index) => `${pageObject(index + 1)} 0 R`).join(' ');
  object(2, `<< /Type /Pages /Kids [${kids}] /Count ${pages} >>`);
  object(3, '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica-Bold >>');
  const perPage = Math.floor(ballastBytes / pages);
  // A picture of noise, of the size that makes the weight; always the same noise.
  const side = Math.floor(Math.sqrt(perPage));
  for (let page = 1; page <= pages; page += 1) {
    const own = pageObject(page);
    const photo = photos[(page - 1) % photos.length];
    const hasPicture = side > 0 || photo !== undefined;
    const picture = hasPicture ? `/XObject << /I ${own + 2} 0 R >>` : '';
    object(
      own,
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents ${own + 1} 0 R `,
      `/Resources << /Font << /F 3 0 R >> ${picture} >> >>`,
    );
    const drawPicture = hasPicture ? 'q 400 0 0 400 97 60 cm /I Do Q ' : '';
    stream(own + 1, '', Buffer.from(`${drawPicture}BT /F 96 Tf 80 600 Td (Page ${page}) Tj ET`));
    if (photo) {
      const dictionary = `/Type /XObject /Subtype /Image /Width ${photo.width} /Height ${photo.height}`;
      stream(
        own + 2,
        `${dictionary} /ColorSpace /DeviceRGB /BitsPerComponent 8 /Filter /DCTDecode`,
        photo.jpeg,
      );
    } else if (side > 0) {
      const dictionary = `/Type /XObject /Subtype /Image /Width ${side} /Height ${side}`;
      stream(own + 2, `${dictionary} /ColorSpace /DeviceGray /BitsPerComponent 8`, noise(side * side, page));
    } else {
      object(own + 2, 'null');
    }
  }
  const count = pageObject(pages + 1);
  const tableAt = length;
  const rows = Array.from({ length: count - 1 }, (_, index) => {
    return `${String(offsets[index + 1]).padStart(10, '0')} 00000 n \n`;
  });
  write(`xref\n0 ${count}\n0000000000 65535 f \n${rows.join('')}`);
  write(`trailer\n<< /Size ${count} /Root 1 0 R >>\nstartxref\n${tableAt}\n%%EOF\n`);
  return Buffer.concat(parts);
}

/** The xorshift generator of Marsaglia ("Xorshift RNGs", 2003): quick, and the same every time. */
function noise(bytes: number, seed: number): Buffer {
  const words = new Uint32Array(Math.ceil(bytes / 4));
  let state = seed * 2_654_435_761;
  for (let index = 0; index < words.length; index += 1) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    words[index] = state >>> 0;
  }
  return Buffer.from(words.buffer, 0, bytes);
}
