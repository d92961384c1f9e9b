// @ts-check
// The exit codes of the `cairn` command, and the one error that carries them.

export const exitCodes = Object.freeze({
  done: 0,
  /** The server answered and said no, or answered nonsense. */
  refused: 1,
  /** The command line, the environment or the credentials file is wrong: nothing was sent. */
  usage: 2,
  /** No answer came. */
  unreachable: 3,
});

/** Ends the command with a message for people and an exit code for scripts. */
export class Failure extends Error {
  /**
   * @param {number} exitCode one of `exitCodes`
   * @param {string} message what went wrong and what to do about it
   * @param {string} [code] the server's error code, when it gave one
   */
  constructor(exitCode, message, code) {
    super(message);
    this.name = "Failure";
    this.exitCode = exitCode;
    this.code = code;
  }
}
