// Checks of the browser's tests: what differs is told, what is as wanted only counted.
let checks = 0, failures = 0;
export function check(name, got, wanted) {
  ++checks;
  if (JSON.stringify(got) === JSON.stringify(wanted)) return true;
  ++failures;
  console.log(`FAILED ${name}\n  wanted ${JSON.stringify(wanted)}\n  got    ${JSON.stringify(got)}`);
  return false;
}
export function finished() {
  console.log(`${checks} checks in the browser, ${failures} failed`);
  process.exit(failures ? 1 : 0);
}
