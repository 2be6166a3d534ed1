// What credentials need of the system besides HTTP: a command's output, a file's new contents.

/** More than any credentials are, bytes. */
const MAX_PRINTED_BYTES = 64 * 1024;

/**
 * What a command line prints. Its errors tell how it ended, and neither the command nor what it wrote: both may hold
 * secrets.
 *
 * @param {typeof import("node:child_process")} childProcess
 * @param {string} command for the system's shell
 * @param {number} timeoutMs after which it is ended
 * @returns {Promise<Uint8Array>}
 */
export function runProcess(childProcess, command, timeoutMs) {
  return new Promise((resolve, reject) => {
    const options = /** @type {const} */ ({
      encoding: "buffer",
      timeout: timeoutMs,
      maxBuffer: MAX_PRINTED_BYTES,
      windowsHide: true,
    });
    childProcess.exec(command, options, (error, printed) => {
      if (error) {
        reject(new Error(howItEnded(error)));
      } else {
        resolve(printed);
      }
    });
  });
}

/** @param {import("node:child_process").ExecException} error */
function howItEnded({ code, signal, killed }) {
  if (typeof code === "number") {
    return `it ended with status ${code}`;
  }
  return killed || signal ? `it was ended by ${signal ?? "a signal"}` : `it could not be run: ${code ?? "unknown error"}`;
}

/**
 * Replaces a file at once, so that nobody reads a half of it. Only its owner may read it.
 *
 * @param {typeof import("node:fs/promises")} files
 * @param {string} path
 * @param {Uint8Array} bytes
 * @returns {Promise<boolean>} whether that worked
 */
export async function replaceFile(files, path, bytes) {
  const fresh = `${path}.${process.pid}`;
  try {
    await files.writeFile(fresh, bytes, { mode: 0o600 });
    await files.rename(fresh, path);
    return true;
  } catch {
    return false;
  }
}
