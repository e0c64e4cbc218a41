import { BitReader } from './bit-reader.ts';

/** What is of use to us in the parameter sets and slices of H.264 (ITU-T H.264, 7.3.2 and 7.3.3). */

export type SequenceParameters = { id: number; width: number; height: number };

/** More bytes than the part that is read can have. */
const sequenceBytesMax = 1_024;
const headBytesMax = 32;
const sideMbsMax = 1_024;
const mbPixels = 16;
const sequenceIdMax = 31;
const pictureIdMax = 255;
const extendedScaleList = 64;

/** Profiles whose sequence parameters tell the kind of colour, and more, before the size (7.3.2.1.1). */
const profilesWithChroma = new Set([100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135]);

/** Reads a NAL unit of type 7; the size is that of the picture as shown, cropped. Null if it is malformed. */
export function readSequenceParameters(unit: Buffer): SequenceParameters | null {
  const reader = new BitReader(unit.subarray(1), sequenceBytesMax);
  const profile = reader.bits(8);
  reader.bits(16); // constraints, level
  const id = reader.unsigned();
  const colour = profilesWithChroma.has(profile) ? readColour(reader) : { crop: { x: 2, y: 2 } };
  reader.unsigned(); // log2_max_frame_num_minus4
  skipPictureOrder(reader);
  reader.unsigned(); // max_num_ref_frames
  reader.bit(); // gaps_in_frame_num_value_allowed_flag
  const columns = reader.unsigned() + 1;
  const mapRows = reader.unsigned() + 1;
  // Of interlaced pictures a row is one in each of both fields.
  const fields = reader.bit() === 1 ? 1 : 2;
  if (fields === 2) reader.bit(); // mb_adaptive_frame_field_flag
  reader.bit(); // direct_8x8_inference_flag
  const crop = { left: 0, right: 0, top: 0, bottom: 0 };
  if (reader.bit() === 1) {
    crop.left = reader.unsigned();
    crop.right = reader.unsigned();
    crop.top = reader.unsigned();
    crop.bottom = reader.unsigned();
  }
  if (reader.isOver || id > sequenceIdMax || columns > sideMbsMax || mapRows > sideMbsMax) return null;
  const width = columns * mbPixels - (crop.left + crop.right) * colour.crop.x;
  const height = (mapRows * mbPixels - (crop.top + crop.bottom) * colour.crop.y) * fields;
  return width > 0 && height > 0 ? { id, width, height } : null;
}

/** Of a NAL unit of type 8: its own number, and that of the sequence parameters it belongs to. */
export function readPictureParameters(unit: Buffer): { id: number; sequenceId: number } | null {
  const reader = new BitReader(unit.subarray(1), headBytesMax);
  const id = reader.unsigned();
  const sequenceId = reader.unsigned();
  return reader.isOver || id > pictureIdMax || sequenceId > sequenceIdMax ? null : { id, sequenceId };
}

/** Which picture parameters a slice (NAL unit of type 1 or 5) is to be read with. */
export function pictureParametersOf(slice: Buffer): number | null {
  const reader = new BitReader(slice.subarray(1), headBytesMax);
  reader.unsigned(); // first_mb_in_slice
  reader.unsigned(); // slice_type
  const id = reader.unsigned();
  return reader.isOver ? null : id;
}

/** Table 6-1: how many pixels one step of cropping is. */
function readColour(reader: BitReader): { crop: { x: number; y: number } } {
  const format = reader.unsigned();
  const separatePlanes = format === 3 && reader.bit() === 1;
  reader.unsigned(); // bit_depth_luma_minus8
  reader.unsigned(); // bit_depth_chroma_minus8
  reader.bit(); // qpprime_y_zero_transform_bypass_flag
  if (reader.bit() === 1) {
    const lists = format === 3 ? 12 : 8;
    for (let i = 0; i < lists; i++) {
      if (reader.bit() === 1) skipScalingList(reader, i < 6 ? 16 : extendedScaleList);
    }
  }
  if (separatePlanes) return { crop: { x: 1, y: 1 } };
  return { crop: { x: format === 1 || format === 2 ? 2 : 1, y: format === 1 ? 2 : 1 } };
}

/** 7.3.2.1.1.1 */
function skipScalingList(reader: BitReader, size: number): void {
  let last = 8;
  let next = 8;
  for (let i = 0; i < size; i++) {
    if (next !== 0) next = (last + reader.signed() + 256) % 256;
    if (next !== 0) last = next;
  }
}

function skipPictureOrder(reader: BitReader): void {
  const type = reader.unsigned();
  if (type === 0) reader.unsigned(); // log2_max_pic_order_cnt_lsb_minus4
  if (type !== 1) return;
  reader.bit(); // delta_pic_order_always_zero_flag
  reader.signed(); // offset_for_non_ref_pic
  reader.signed(); // offset_for_top_to_bottom_field
  const count = reader.unsigned();
  for (let i = 0; i < count && !reader.isOver; i++) reader.signed();
}
