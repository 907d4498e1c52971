/** POST /functions/v1/sync-facebook */
import { syncEndpoint } from "../_shared/sync/endpoint.ts";

export default syncEndpoint("facebook");
