/** POST /functions/v1/oauth-facebook-callback */
import { oauthCallbackEndpoint } from "../_shared/connections/endpoints.ts";

export default oauthCallbackEndpoint("facebook");
