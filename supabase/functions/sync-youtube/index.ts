/** POST /functions/v1/sync-youtube */
import { syncEndpoint } from "../_shared/sync/endpoint.ts";

export default syncEndpoint("youtube");
