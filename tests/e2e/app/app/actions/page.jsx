import { expirePath, expireTag, staleTag } from "./actions";

/** A form for each server action; each revalidates what the field `subject` names. */
export default function Actions() {
  return Object.entries({ expirePath, expireTag, staleTag }).map(([name, action]) => (
    <form key={name} id={name} action={action}>
      <input name="subject" />
    </form>
  ));
}
