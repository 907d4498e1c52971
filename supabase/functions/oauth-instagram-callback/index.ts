/** POST /functions/v1/oauth-instagram-callback */
import { oauthCallbackEndpoint } from "../_shared/connections/endpoints.ts";

export default oauthCallbackEndpoint("instagram");
