import { Stamp } from "../lib/stamp";

export default function NotFound() {
  return <Stamp />;
}
