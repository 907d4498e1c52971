/** POST /functions/v1/oauth-facebook-init */
import { oauthInitEndpoint } from "../_shared/connections/endpoints.ts";

export default oauthInitEndpoint("facebook");
