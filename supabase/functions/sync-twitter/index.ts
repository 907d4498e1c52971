/** POST /functions/v1/sync-twitter */
import { syncEndpoint } from "../_shared/sync/endpoint.ts";

export default syncEndpoint("twitter");
