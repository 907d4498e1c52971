import { Loading } from "../ui/parts.tsx";

export default function OAuthCallback() {
  return <Loading />;
}
