/** POST /functions/v1/oauth-instagram-init */
import { oauthInitEndpoint } from "../_shared/connections/endpoints.ts";

export default oauthInitEndpoint("instagram");
