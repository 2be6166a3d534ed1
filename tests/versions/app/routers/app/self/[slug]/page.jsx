import { expireTag } from "../../actions/actions";
import { Stamp, origin } from "../../../lib/stamp";

export const revalidate = 60;
export const generateStaticParams = () => [];

/** A page with a form that revalidates what the page itself reads. */
export default async function Self({ params }) {
  const { slug } = await params;
  const tag = `self-${slug}`;
  const response = await fetch(origin(`/self/${slug}`), { next: { revalidate: 60, tags: [tag] } });
  return (
    <form id="expireTag" action={expireTag}>
      <input name="subject" defaultValue={tag} />
      <Stamp data={await response.text()} />
    </form>
  );
}
