/** POST /functions/v1/oauth-twitter-init */
import { oauthInitEndpoint } from "../_shared/connections/endpoints.ts";

export default oauthInitEndpoint("twitter");
