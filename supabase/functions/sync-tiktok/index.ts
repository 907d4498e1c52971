/** POST /functions/v1/sync-tiktok */
import { syncEndpoint } from "../_shared/sync/endpoint.ts";

export default syncEndpoint("tiktok");
