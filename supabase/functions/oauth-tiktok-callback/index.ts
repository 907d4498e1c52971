/** POST /functions/v1/oauth-tiktok-callback */
import { oauthCallbackEndpoint } from "../_shared/connections/endpoints.ts";

export default oauthCallbackEndpoint("tiktok");
