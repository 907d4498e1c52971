/** POST /functions/v1/oauth-tiktok-init */
import { oauthInitEndpoint } from "../_shared/connections/endpoints.ts";

export default oauthInitEndpoint("tiktok");
