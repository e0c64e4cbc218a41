import { z } from 'zod';

/** The settings that the server gives its recorder. Nothing else here reads the environment. */
export type RecorderConfig = {
  /** An absolute path. */
  recordingsDir: string;
  /** With less than this free on the disk, what runs is ended while it can still be finished. */
  reserveBytes: number;
  /** What strangers' documents are opened behind; as for Office files. */
  sandbox: 'auto' | 'required';
  logLevel: 'silent' | 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace';
};

const schema = z.object({
  RECORDINGS_DIR: z.string().startsWith('/'),
  RECORDING_RESERVE_BYTES: z.coerce.number().int().min(0),
  OFFICE_SANDBOX: z.enum(['auto', 'required']),
  LOG_LEVEL: z.enum(['silent', 'fatal', 'error', 'warn', 'info', 'debug', 'trace']),
});

/** @throws ZodError: the server and its recorder are not of one version */
export function readRecorderConfig(
  env: Readonly<Record<string, string | undefined>> = process.env,
): RecorderConfig {
  const { RECORDINGS_DIR, RECORDING_RESERVE_BYTES, OFFICE_SANDBOX, LOG_LEVEL } = schema.parse(env);
  return {
    recordingsDir: RECORDINGS_DIR,
    reserveBytes: RECORDING_RESERVE_BYTES,
    sandbox: OFFICE_SANDBOX,
    logLevel: LOG_LEVEL,
  };
}
