/** POST /functions/v1/oauth-youtube-callback */
import { oauthCallbackEndpoint } from "../_shared/connections/endpoints.ts";

export default oauthCallbackEndpoint("youtube");
