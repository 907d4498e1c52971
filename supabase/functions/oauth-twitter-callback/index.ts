/** POST /functions/v1/oauth-twitter-callback */
import { oauthCallbackEndpoint } from "../_shared/connections/endpoints.ts";

export default oauthCallbackEndpoint("twitter");
