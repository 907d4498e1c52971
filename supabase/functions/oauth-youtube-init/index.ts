/** POST /functions/v1/oauth-youtube-init */
import { oauthInitEndpoint } from "../_shared/connections/endpoints.ts";

export default oauthInitEndpoint("youtube");
