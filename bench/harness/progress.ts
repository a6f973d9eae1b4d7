/** Progress on a terminal as one line that changes, elsewhere as a line for everything that is done. */
export function progressOn(stream: {
  isTTY?: boolean;
  write(text: string): unknown;
}): (line: string) => void {
  return (line) => {
    if (stream.isTTY === true) stream.write(`\r\x1b[2K${line}`);
    else if (line.endsWith('\n')) stream.write(line);
  };
}
