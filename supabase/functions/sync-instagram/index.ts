/** POST /functions/v1/sync-instagram */
import { syncEndpoint } from "../_shared/sync/endpoint.ts";

export default syncEndpoint("instagram");
