import { pino, stdSerializers, type DestinationStream, type LevelWithSilent, type Logger } from 'pino';

export type Log = Logger;

/**
 * Names of fields that hold secrets. Code should not log them in the first place; this is the net below it,
 * and it reaches two levels deep.
 */
const secretFields = ['password', 'current', 'next', 'token', 'resumeToken', 'cookie', 'authorization'];

/**
 * One line of JSON per event on standard output, ready for any collector.
 *
 * @param level the least important level that is written.
 * @param destination where the lines go; standard output unless a test says otherwise.
 */
export function createLog(level: LevelWithSilent, destination?: DestinationStream): Log {
  const options = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    // pino writes an Error's message and stack only under names it was told of.
    serializers: { error: stdSerializers.err, err: stdSerializers.err },
    formatters: { level: (label: string) => ({ level: label }) },
    redact: {
      paths: secretFields.flatMap((field) => [field, `*.${field}`, `*.*.${field}`]),
      censor: '[secret]',
    },
  };
  return destination ? pino(options, destination) : pino(options);
}
